package cases

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// checker looks for words and names that a case uses and nobody knows, in what
// the types of case_test.go cannot see: which argument belongs to which event,
// references, matchers, words of the state.
type checker struct {
	reader
	names map[string]kind
	saved map[string]bool
}

// check adds to the faults of a case that was read from raw.
func check(c *scenario, raw object) []string {
	k := &checker{names: map[string]kind{"owner": aSeller, "other": aSeller}, saved: map[string]bool{}}
	k.given(c.Given)
	if len(c.When) != len(c.Then) {
		k.fault("then", "has %d results for %d steps", len(c.Then), len(c.When))
		return k.faults
	}
	steps, _ := raw.get("when")
	for i, s := range c.When {
		o, _ := steps.([]any)[i].(object)
		k.step(fmt.Sprintf("when[%d]", i), s, o)
		k.result(fmt.Sprintf("then[%d]", i), s, c.Then[i])
	}
	return k.faults
}

func (k *checker) bind(path, name string, is kind) {
	if name == "" {
		return
	}
	if _, taken := k.names[name]; taken {
		k.fault(path, "the name %s is taken", name)
	}
	k.names[name] = is
}

// need notes a fault unless the name, if there is one, stands for such a thing.
func (k *checker) need(path, name string, kinds ...kind) {
	if is, known := k.names[name]; name != "" && (!known || !slices.Contains(kinds, is)) {
		k.fault(path, "no %s is called %s", kinds[0], name)
	}
}

func bindAll[T any](k *checker, path string, all named[T], is kind) {
	for _, e := range all {
		k.bind(join(path, e.name), e.name, is)
	}
}

func (k *checker) given(g given) {
	bindAll(k, "given.products", g.Products, aProduct)
	bindAll(k, "given.purchases", g.Purchases, aPurchase)
	bindAll(k, "given.licenses", g.Licenses, aLicense)
	bindAll(k, "given.subscriptions", g.Subscriptions, aSubscription)
	bindAll(k, "given.users", g.Users, aUser)
	bindAll(k, "given.imported_customers", g.ImportedCustomers, aCustomer)
	bindAll(k, "given.resource_subscriptions", g.ResourceSubscriptions, aHook)
	for _, p := range g.Products {
		for _, l := range p.is.Includes {
			k.need("given.products."+p.name+".includes", l.Product, aProduct)
		}
	}
	for _, p := range g.Purchases {
		path := "given.purchases." + p.name
		k.need(path+".product", p.is.Product, aProduct)
		k.need(path+".purchaser", p.is.Purchaser.is, aUser, aSeller)
		k.need(path+".subscription", p.is.Subscription, aSubscription)
		k.need(path+".gifter_purchase", p.is.GifterPurchase, aPurchase)
		of, _ := g.Products.get(p.is.Product)
		for _, name := range ptr(p.is.Variants, nil) {
			if !slices.ContainsFunc(of.Variants, func(v variant) bool { return v.Name == name }) {
				k.fault(path+".variants", "%s has no variant %s", p.is.Product, name)
			}
		}
	}
	for _, l := range g.Licenses {
		path := "given.licenses." + l.name
		k.need(path+".product", l.is.Product, aProduct)
		k.need(path+".purchase", l.is.Purchase, aPurchase)
		k.need(path+".imported_customer", l.is.ImportedCustomer, aCustomer)
	}
	for _, s := range g.Subscriptions {
		path := "given.subscriptions." + s.name
		k.need(path+".product", s.is.Product, aProduct)
		k.need(path+".original_purchase", s.is.OriginalPurchase, aPurchase)
		for _, name := range s.is.Charges {
			k.need(path+".charges", name, aPurchase)
		}
	}
	for _, c := range g.ImportedCustomers {
		k.need("given.imported_customers."+c.name+".product", c.is.Product, aProduct)
	}
}

var callFields = []string{"method", "path", "form", "query", "json", "headers", "auth", "parallel", "save", "at"}

func (k *checker) step(path string, s step, raw object) {
	fields := callFields
	if s.Event != nil {
		fields = append([]string{"event", "at", "run_jobs"}, arguments[*s.Event]...)
	}
	for _, m := range raw {
		if !slices.Contains(fields, m.key) {
			k.fault(join(path, m.key), "does not belong to this step")
		}
	}
	k.need(path+".purchase", s.Purchase, aPurchase)
	k.need(path+".product", s.Product, aProduct)
	k.need(path+".subscription", s.Subscription, aSubscription)
	k.need(path+".gifter", s.Gifter, aPurchase)
	k.need(path+".giftee", s.Giftee, aPurchase)
	k.need(path+".preorder", s.Preorder, aPurchase)
	k.bind(path+".creates_license", s.CreatesLicense, aLicense)
	k.bind(path+".creates_purchase", s.CreatesPurchase, aPurchase)
	for _, e := range s.CreatesPurchases {
		k.need(path+".creates_purchases."+e.name, e.is, aProduct)
		k.bind(path+".creates_purchases", e.name, aPurchase)
	}
	k.renews(path+".creates_original", s.CreatesOriginal)
	if s.Event != nil {
		return
	}
	if s.Method == "" || !strings.HasPrefix(s.Path, "/") {
		k.fault(path, "is neither an event nor a call with method and path")
	}
	if s.Form != nil && s.JSON != nil {
		k.fault(path, "has two bodies, form and json")
	}
	for _, rest, found := strings.Cut(s.Path, "$"); found; _, rest, found = strings.Cut(rest, "$") {
		ref := refForm.FindStringIndex("$" + rest)
		if ref == nil || ref[0] > 0 {
			k.fault(path+".path", "$%s is no reference that is known", rest)
			break
		}
		k.text(path+".path", ("$" + rest)[:ref[1]])
	}
	k.values(path+".form", s.Form, false)
	k.values(path+".query", s.Query, false)
	k.values(path+".json", s.JSON, false)
	k.values(path+".headers", s.Headers, false)
	for _, e := range s.Save {
		k.saved[e.name] = true
	}
}

// renews binds the purchase that holds a key after a change. It may be one that
// has a name already.
func (k *checker) renews(path, name string) {
	if is, taken := k.names[name]; taken && is == aPurchase {
		return
	}
	k.bind(path, name, aPurchase)
}

func (k *checker) result(path string, s step, r result) {
	isCall := s.Event == nil
	if isCall && bool(r.Refused) {
		k.fault(path+".refused", "belongs to events")
	}
	answered := r.Status != nil || r.JSONExact != nil || r.JSONSubset != nil || r.Absent != nil || r.KeysExact != nil || bool(r.BodyEmpty) || r.Headers != nil
	if !isCall && answered {
		k.fault(path, "expects an answer of an event")
	}
	k.values(path+".json_exact", r.JSONExact, true)
	k.values(path+".json_subset", r.JSONSubset, true)
	k.values(path+".headers", r.Headers, true)
	for _, set := range r.KeysExact {
		for _, key := range set.keys {
			if _, ok := key.(string); !ok {
				k.fault(path+".keys_exact", "%s is no key", show(key))
			}
		}
	}
	for _, w := range ptr(r.Webhooks, nil) {
		k.need(path+".webhooks.to", w.To, aHook)
		k.values(path+".webhooks.form_subset", w.FormSubset, true)
	}
	for _, f := range r.Forms {
		k.values(path+".attempt_form_subset", f, true)
	}
	for _, m := range r.State {
		k.stateWord(join(path+".state", m.key), m.key)
		k.values(join(path+".state", m.key), m.value, true)
		if o, isMap := m.value.(object); isMap {
			if word, _, _ := matcher(o); word == "" {
				k.fault(join(path+".state", m.key), "%s is no value", show(o))
			}
		}
	}
}

func (k *checker) stateWord(path, word string) {
	if word == "licenses.count" || word == "emails_sent" || word == "webhooks_sent" {
		return
	}
	if name, ok := strings.CutPrefix(word, "licenses.for."); ok {
		k.need(path, name, aPurchase)
		return
	}
	name, of, _ := strings.Cut(word, ".")
	if is, ok := k.names[name]; !ok || !slices.Contains(stateWords[is], of) {
		k.fault(path, "no such word of the state is known")
	}
}

// values looks at the texts and matchers in a value. Only what is expected may
// hold matchers that make no value.
func (k *checker) values(path string, v any, expected bool) {
	switch v := v.(type) {
	case string:
		k.text(path, v)
	case []any:
		for _, e := range v {
			k.values(path+"[]", e, expected)
		}
	case object:
		word, operand, err := matcher(v)
		switch {
		case err != nil:
			k.fault(path, "%v", err)
		case word == "":
			for _, m := range v {
				k.values(join(path, m.key), m.value, expected)
			}
		case word == "$match":
			form, ok := operand.(string)
			if _, err := regexp.Compile(form); err != nil || !ok || !expected {
				k.fault(path, "$match needs a regular expression, and an expectation")
			}
		case word == "$type":
			if operand != "string" && operand != "integer" || !expected {
				k.fault(path, "$type is string or integer, in an expectation")
			}
		case word == "$not" && !expected:
			k.fault(path, "$not is no value")
		case word == "$concat":
			if _, ok := operand.([]any); !ok {
				k.fault(path, "$concat joins a list")
			}
			k.values(path, operand, expected)
		default:
			k.values(path, operand, expected)
		}
	}
}

func (k *checker) text(path, s string) {
	if !strings.HasPrefix(s, "$") {
		return
	}
	ref, err := parseReference(s)
	_, bound := k.names[ref.name]
	switch {
	case err != nil:
		k.fault(path, "%v", err)
	case ref.attr == "" && !k.saved[ref.name]:
		k.fault(path, "%s was not saved before", s)
	case ref.attr == "license":
		k.need(path, ref.name, aPurchase)
	case ref.attr != "" && !bound:
		k.fault(path, "nothing is called %s", ref.name)
	}
}

// ptr returns what p points to, or otherwise.
func ptr[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
