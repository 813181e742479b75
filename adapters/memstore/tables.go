package memstore

import (
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// tables is all that a Store holds. Everything in it is a value: nothing is
// shared with a caller.
type tables struct {
	sellers     table[seller]
	products    table[product]
	variants    table[variant]
	purchases   table[purchase]
	memberships table[membership]
	payments    table[payment]
	refunds     table[refund]
	disputes    table[dispute]
	seats       table[seat]
	licenses    table[license]
	tokens      table[token]
	mails       table[mail]
	connections table[connection]
	attachments table[attachment]
	claims      table[claim]
	grants      table[grant]
	uses        map[domain.LicenseID]int64

	permalinks map[string]domain.ProductID             // folded
	customs    map[ofSeller]domain.ProductID           // folded, per seller
	sizes      map[domain.ProductID][]domain.VariantID // a product's variants
	numbers    map[orderNumber]domain.PurchaseID
	sales      map[domain.ProductID]*order // a product's purchases, in order
	gifts      map[domain.PurchaseID][]domain.PurchaseID
	renewing   map[domain.MembershipID][]domain.PurchaseID
	licensed   map[domain.PurchaseID][]domain.LicenseID
	bySeat     map[holder]domain.LicenseID
	holders    map[string][]domain.LicenseID // by folded key
	digests    map[domain.Digest]domain.TokenID
	causes     map[ofSeller]domain.MailID

	paidFor     map[domain.PurchaseID]*order // a purchase's payments, in order
	paymentKeys map[ofSeller]domain.PaymentID
	processed   map[ofSeller]domain.PaymentID   // by the processor's id
	cycles      map[cycle]domain.PaymentID      // paid renewals
	waiting     map[ofSeller][]domain.PaymentID // sales that are not paid yet, by their tier
	refundsOf   map[domain.PaymentID]*order
	refundKeys  map[ofSeller]domain.RefundID
	disputesOf  map[domain.PaymentID]*order
	seatsOf     map[domain.PurchaseID]*order
	seated      map[address]domain.SeatID // seats that are not revoked

	remotes    map[remote]*order // open connections to a community
	secrets    map[domain.ConnectionID]ports.Sealed
	calls      map[callsIn]int64
	attachedTo map[domain.ProductID]*order
	attachedIn map[domain.ConnectionID]*order
	claimed    map[claimed]domain.ClaimID
	claimsOf   map[domain.PurchaseID]*order
	claimsIn   map[domain.ConnectionID]*order
	claimsFor  map[domain.ProductID]*order
	claimsBy   map[ofSeller]*order // by e-mail
	touching   map[person]*order   // claims
	granted    map[person]domain.GrantID
	grantsIn   map[domain.ConnectionID]*order
	passes     map[domain.Digest]domain.Pass
	expiring   *order // passes by the end of their lives
	blocked    map[ofSeller]time.Time
	blocks     map[domain.SellerID]*order // by e-mail

	applications table[application]
	webhooks     table[webhook]
	deliveries   table[delivery]
	signing      map[domain.WebhookID]ports.Sealed
	toldTo       map[domain.WebhookID]*order // deliveries
	lines        map[line]*order             // deliveries that wait, by seq
	tellings     map[told]domain.DeliveryID
	delivered    *order // deliveries that do not wait, by when they were done

	commands map[ofSeller]ports.Command
	tasks    map[ofSeller]ports.Task // the system's under no seller

	events []ports.Event // not dispatched yet, by seq
	seq    int64
	jobs   map[domain.JobID]job
	live   map[string]domain.JobID // by key; not the dead, nor those without
	due    *order                  // live jobs by due time
	leases map[string]lease
}

type (
	ofSeller struct {
		seller domain.SellerID
		name   string
	}
	orderNumber struct {
		seller domain.SellerID
		number int64
	}
	holder struct {
		purchase domain.PurchaseID
		seat     domain.SeatID
	}
	cycle struct {
		seller     domain.SellerID
		membership domain.MembershipID
		number     int
	}
	address struct {
		purchase domain.PurchaseID
		email    string
	}
)

func newTables() tables {
	return tables{
		sellers: newTable[seller](), products: newTable[product](), variants: newTable[variant](),
		purchases: newTable[purchase](), memberships: newTable[membership](), payments: newTable[payment](),
		refunds: newTable[refund](), disputes: newTable[dispute](), seats: newTable[seat](), licenses: newTable[license](),
		tokens: newTable[token](), mails: newTable[mail](), causes: map[ofSeller]domain.MailID{}, uses: map[domain.LicenseID]int64{},
		permalinks: map[string]domain.ProductID{}, customs: map[ofSeller]domain.ProductID{},
		sizes: map[domain.ProductID][]domain.VariantID{}, numbers: map[orderNumber]domain.PurchaseID{},
		sales: map[domain.ProductID]*order{}, gifts: map[domain.PurchaseID][]domain.PurchaseID{},
		renewing: map[domain.MembershipID][]domain.PurchaseID{}, licensed: map[domain.PurchaseID][]domain.LicenseID{},
		bySeat: map[holder]domain.LicenseID{}, holders: map[string][]domain.LicenseID{}, digests: map[domain.Digest]domain.TokenID{},
		paidFor: map[domain.PurchaseID]*order{}, paymentKeys: map[ofSeller]domain.PaymentID{}, processed: map[ofSeller]domain.PaymentID{},
		cycles: map[cycle]domain.PaymentID{}, waiting: map[ofSeller][]domain.PaymentID{}, refundsOf: map[domain.PaymentID]*order{}, refundKeys: map[ofSeller]domain.RefundID{},
		disputesOf: map[domain.PaymentID]*order{}, seatsOf: map[domain.PurchaseID]*order{}, seated: map[address]domain.SeatID{},
		connections: newTable[connection](), attachments: newTable[attachment](), claims: newTable[claim](), grants: newTable[grant](),
		remotes: map[remote]*order{}, secrets: map[domain.ConnectionID]ports.Sealed{}, calls: map[callsIn]int64{},
		attachedTo: map[domain.ProductID]*order{}, attachedIn: map[domain.ConnectionID]*order{},
		claimed: map[claimed]domain.ClaimID{}, claimsOf: map[domain.PurchaseID]*order{}, claimsIn: map[domain.ConnectionID]*order{},
		claimsFor: map[domain.ProductID]*order{}, claimsBy: map[ofSeller]*order{}, touching: map[person]*order{},
		granted: map[person]domain.GrantID{}, grantsIn: map[domain.ConnectionID]*order{},
		passes: map[domain.Digest]domain.Pass{}, expiring: &order{}, blocked: map[ofSeller]time.Time{}, blocks: map[domain.SellerID]*order{},
		applications: newTable[application](), webhooks: newTable[webhook](), deliveries: newTable[delivery](),
		signing: map[domain.WebhookID]ports.Sealed{}, toldTo: map[domain.WebhookID]*order{}, lines: map[line]*order{},
		tellings: map[told]domain.DeliveryID{}, delivered: &order{},
		commands: map[ofSeller]ports.Command{}, tasks: map[ofSeller]ports.Task{},
		jobs: map[domain.JobID]job{}, live: map[string]domain.JobID{}, due: &order{}, leases: map[string]lease{},
	}
}

// table keeps rows by id, and by time of making and id for each owner.
type table[R row] struct {
	rows  map[string]R
	pages map[domain.SellerID]*order
}

// row is a state with what the store knows of it besides.
type row interface {
	place() (owner domain.SellerID, made time.Time, id string)
}

func newTable[R row]() table[R] {
	return table[R]{map[string]R{}, map[domain.SellerID]*order{}}
}

// page returns the order in the map, made if it is missing.
func page[K comparable](orders map[K]*order, k K) *order {
	o := orders[k]
	if o == nil {
		o = &order{}
		orders[k] = o
	}
	return o
}

// put makes or replaces a row.
func put[R row](t *tx, in table[R], r R) {
	owner, made, id := r.place()
	if old, had := in.rows[id]; had {
		was, then, _ := old.place()
		t.remove(page(in.pages, was), placeOf(then, id))
	}
	t.add(page(in.pages, owner), placeOf(made, id))
	set(t, in.rows, id, r)
}

// drop takes a row away.
func drop[R row](t *tx, in table[R], r R) {
	owner, made, id := r.place()
	t.remove(page(in.pages, owner), placeOf(made, id))
	unset(t, in.rows, id)
}

// find returns the row with that id if the transaction reaches it.
func find[R row](t *tx, in table[R], id string) (R, bool) {
	r, ok := in.rows[id]
	if !ok {
		return r, false
	}
	if owner, _, _ := r.place(); !t.reaches(owner) {
		var none R
		return none, false
	}
	return r, true
}

// all returns the seller's rows of the order.
func all[R row](t *tx, in table[R], o *order) (rows []R) {
	for p := range o.after(first) {
		if r, ok := find(t, in, p.id); ok {
			rows = append(rows, r)
		}
	}
	return rows
}

// most bounds a page: 1,000 rows, which is also what 0 asks for.
func most(limit int) int {
	if limit < 1 || limit > 1000 {
		return 1000
	}
	return limit
}

// list returns up to limit rows of the order behind after, of those that fit.
func list[R row](in table[R], o *order, after ports.Cursor, limit int, fits func(R) bool) []R {
	limit = most(limit)
	var rows []R
	for p := range o.after(placeOf(after.At, after.ID)) {
		if len(rows) == limit {
			break
		}
		if r := in.rows[p.id]; fits == nil || fits(r) {
			rows = append(rows, r)
		}
	}
	return rows
}
