package openapitest

import (
	"errors"
	"fmt"
	"net/http"
)

// checkAsked compares a request that was accepted with its operation: its query,
// its key and its body, in which null is as if left out.
func checkAsked(op string, r *http.Request, sent []byte) error {
	is := find(op)
	known := map[string]bool{}
	for i := range list(is["parameters"]) {
		p, _ := Resolve(fmt.Sprintf("%s/parameters/%d", op, i))
		name := p["name"].(string)
		known[p["in"].(string)+" "+name] = true
		given := p["in"] == "query" && r.URL.Query().Has(name) || p["in"] == "header" && r.Header.Get(name) != ""
		if p["required"] == true && !given {
			return fmt.Errorf("it was accepted without %s, which is required", name)
		}
	}
	for name := range r.URL.Query() {
		if !known["query "+name] {
			return fmt.Errorf("the query's %s was accepted, and is not described", name)
		}
	}
	if r.Header.Get("Idempotency-Key") != "" && !known["header Idempotency-Key"] {
		return errors.New("it takes an Idempotency-Key, and none is described")
	}
	if len(sent) == 0 {
		if body, _ := Resolve(op + "/requestBody"); body["required"] == true {
			return errors.New("it was accepted without a body, which is required")
		}
		return nil
	}
	v, err := Parse(sent)
	if err != nil {
		return err
	}
	if find(op+"/requestBody") == nil {
		if o, is := v.(map[string]any); !is || len(o) > 0 {
			return errors.New("its body was accepted, and none is described")
		}
		return nil
	}
	_, at := Resolve(op + "/requestBody")
	if err := Validate(Join(at, "content", "application/json", "schema"), withoutNull(v)); err != nil {
		return fmt.Errorf("what was asked was accepted: %w", err)
	}
	return nil
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// withoutNull leaves out what is null.
func withoutNull(v any) any {
	o, is := v.(map[string]any)
	if !is {
		return v
	}
	left := map[string]any{}
	for name, value := range o {
		if value != nil {
			left[name] = withoutNull(value)
		}
	}
	return left
}
