package domain

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// states are all structs of this package that are kept or handed around: they
// are flat and compare with ==.
var states = []reflect.Type{
	reflect.TypeFor[Seller](), reflect.TypeFor[Product](), reflect.TypeFor[Variant](),
	reflect.TypeFor[PurchaseState](), reflect.TypeFor[OfferCode](), reflect.TypeFor[Affiliate](), reflect.TypeFor[Card](),
	reflect.TypeFor[MembershipState](), reflect.TypeFor[LicenseState](), reflect.TypeFor[TokenState](),
	reflect.TypeFor[Facts](), reflect.TypeFor[Entitlement](), reflect.TypeFor[Giver](), reflect.TypeFor[Seen](), reflect.TypeFor[Lookup](),
	reflect.TypeFor[Money](), reflect.TypeFor[Prices](), reflect.TypeFor[CustomField](), reflect.TypeFor[BundleLine](),

	reflect.TypeFor[LicenseIssued](), reflect.TypeFor[LicenseDisabled](), reflect.TypeFor[LicenseEnabled](),
	reflect.TypeFor[LicenseRotated](), reflect.TypeFor[PurchaseCompleted](), reflect.TypeFor[PurchaseFailed](), reflect.TypeFor[PurchasePreordered](),
	reflect.TypeFor[PurchaseRefunded](), reflect.TypeFor[PurchaseDisputed](), reflect.TypeFor[DisputeWon](),
	reflect.TypeFor[AccessRevoked](), reflect.TypeFor[AccessRestored](), reflect.TypeFor[LicensingEnabled](),
	reflect.TypeFor[LicensingDisabled](), reflect.TypeFor[PastSalesLicensed](), reflect.TypeFor[ProductDeleted](),
	reflect.TypeFor[ProductUndeleted](), reflect.TypeFor[RecordsImported](),

	reflect.TypeFor[Terms](), reflect.TypeFor[Discount](), reflect.TypeFor[PendingChange](), reflect.TypeFor[PriceNotice](),
	reflect.TypeFor[Ledger](), reflect.TypeFor[Exact](), reflect.TypeFor[InFlight](), reflect.TypeFor[Target](),
	reflect.TypeFor[Outstanding](), reflect.TypeFor[Period](), reflect.TypeFor[Holding](), reflect.TypeFor[Limits](),
	reflect.TypeFor[Request](), reflect.TypeFor[Quote](), reflect.TypeFor[Renewal](), reflect.TypeFor[Start](),
	reflect.TypeFor[MembershipRecord](), reflect.TypeFor[PaymentState](), reflect.TypeFor[Answer](),
	reflect.TypeFor[Refund](), reflect.TypeFor[Dispute](), reflect.TypeFor[Seat](), reflect.TypeFor[Mail](), reflect.TypeFor[Notice](),
	reflect.TypeFor[SaleRequest](), reflect.TypeFor[SaleQuote](), reflect.TypeFor[Report](),

	reflect.TypeFor[MembershipStarted](), reflect.TypeFor[MembershipChanged](), reflect.TypeFor[ChangeScheduled](),
	reflect.TypeFor[ChangeApplied](), reflect.TypeFor[ChangeSuperseded](), reflect.TypeFor[ChangeWithdrawn](),
	reflect.TypeFor[ChangeMoot](), reflect.TypeFor[ChangeDeclined](), reflect.TypeFor[MembershipRenewed](),
	reflect.TypeFor[RenewalFailed](), reflect.TypeFor[MembershipRecovered](), reflect.TypeFor[MembershipCancelled](),
	reflect.TypeFor[MembershipResumed](), reflect.TypeFor[MembershipEnded](), reflect.TypeFor[MembershipRestarted](),
	reflect.TypeFor[PeriodRefunded](), reflect.TypeFor[SeatsGranted](), reflect.TypeFor[SeatsShort](),
	reflect.TypeFor[MembershipDue](), reflect.TypeFor[PriceAnnounced](), reflect.TypeFor[PaymentIntended](), reflect.TypeFor[PaymentPaid](), reflect.TypeFor[PaymentDeclined](),
	reflect.TypeFor[PaymentVoided](), reflect.TypeFor[PaymentLate](), reflect.TypeFor[PaymentRefunded](),
	reflect.TypeFor[RefundRefused](), reflect.TypeFor[RefundBegun](), reflect.TypeFor[PaymentDisputed](),
	reflect.TypeFor[Holder](), reflect.TypeFor[Connection](), reflect.TypeFor[Attachment](), reflect.TypeFor[Claim](), reflect.TypeFor[GrantState](),
	reflect.TypeFor[Step](), reflect.TypeFor[Want](), reflect.TypeFor[Presence](), reflect.TypeFor[Admission](), reflect.TypeFor[Pass](), reflect.TypeFor[Trouble](),
	reflect.TypeFor[PurchaseReaddressed](), reflect.TypeFor[PurchaseErased](),
	reflect.TypeFor[ConnectionMade](), reflect.TypeFor[ConnectionPaused](), reflect.TypeFor[ConnectionResumed](), reflect.TypeFor[ConnectionDue](),
	reflect.TypeFor[ConnectionClosed](), reflect.TypeFor[AttachmentMade](), reflect.TypeFor[AttachmentChanged](), reflect.TypeFor[AttachmentRemoved](),
	reflect.TypeFor[ClaimOpened](), reflect.TypeFor[ClaimEnded](), reflect.TypeFor[AccessDue](), reflect.TypeFor[AccessGiven](), reflect.TypeFor[AccessTaken](),
	reflect.TypeFor[AccessTroubled](),
	reflect.TypeFor[Webhook](), reflect.TypeFor[Delivery](), reflect.TypeFor[Post](), reflect.TypeFor[Application](),
	reflect.TypeFor[DeliveryDue](), reflect.TypeFor[WebhookTested](),

	reflect.TypeFor[DisputeClosed](), reflect.TypeFor[SeatAssigned](), reflect.TypeFor[SeatClaimed](), reflect.TypeFor[SeatTakenBack](),
}

// stateless are the other structs: what hides a state, what is no fact, and
// what lives no longer than one command.
var stateless = map[string]bool{
	"License": true, "Purchase": true, "Token": true, "Error": true, "Cutoff": true,
	"Membership": true, "Payment": true, "Outcome": true, "Grant": true, "Reclaimed": true, "change": true, "boundary": true, "News": true, "Version": true,
}

func TestStates_areFlatAndCompare(t *testing.T) {
	for _, typ := range states {
		if !typ.Comparable() {
			t.Errorf("%s does not compare with ==", typ.Name())
		}
		for _, f := range flaws(typ, typ.Name()) {
			t.Error(f)
		}
	}
}

// TestStates_areAllListed finds structs that nobody thought of.
func TestStates_areAllListed(t *testing.T) {
	listed := map[string]bool{}
	for _, typ := range states {
		listed[typ.Name()] = true
	}
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if _, ok := spec.Type.(*ast.StructType); ok {
					found[spec.Name.Name] = true
				}
			}
			return true
		})
	}
	for name := range found {
		if !listed[name] && !stateless[name] {
			t.Errorf("the struct %s is in neither list of this test", name)
		}
	}
	for name := range stateless {
		if !found[name] {
			t.Errorf("there is no struct %s", name)
		}
	}
}

// flaws names what keeps a state from being flat: references, and times that
// are not a named field that says when.
func flaws(typ reflect.Type, path string) (found []string) {
	switch typ.Kind() {
	case reflect.Struct:
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Type != reflect.TypeFor[time.Time]() {
				found = append(found, flaws(f.Type, path+"."+f.Name)...)
			} else if f.Anonymous || f.Name != "At" && !strings.HasSuffix(f.Name, "At") {
				found = append(found, path+"."+f.Name+" is a time: its name must end in At")
			}
		}
	case reflect.Array:
		return flaws(typ.Elem(), path+"[]")
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Uint8, reflect.Uint64:
	default:
		return []string{path + " is a " + typ.String() + ": a state holds plain values only"}
	}
	return found
}

func TestFlaws_seesThem(t *testing.T) {
	type part struct{ Tags []string }
	type planted struct {
		Part  part
		Owner *string
		Any   any
		ByKey map[string]int
		Share float64
		When  time.Time
		time.Time
		MadeAt time.Time // fine
	}
	want := []string{"planted.Part.Tags ", "planted.Owner ", "planted.Any ", "planted.ByKey ", "planted.Share ", "planted.When ", "planted.Time "}
	got := flaws(reflect.TypeFor[planted](), "planted")
	if len(got) != len(want) {
		t.Fatalf("got %q, want one for each of %q", got, want)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %q, want it to begin with %q", got[i], want[i])
		}
	}
}
