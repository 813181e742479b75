package sqlrepo

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// listening is a Conn that locks what it loads, and finds nothing.
type listening struct{ asked []string }

func (*listening) LoadLock() string { return " LOCK" }

func (*listening) Exec(context.Context, string, ...any) (int64, error) { return 0, nil }

func (l *listening) Query(_ context.Context, sql string, _ ...any) (Rows, error) {
	l.asked = append(l.asked, sql)
	return none{}, nil
}

// none are no rows.
type none struct{}

func (none) Next() bool        { return false }
func (none) Scan(...any) error { return nil }
func (none) Err() error        { return nil }
func (none) Close()            {}

// TestLoadsLock: whatever is loaded by its key, or by what it hangs on, is kept
// from others, also in the repository that somebody adds next.
func TestLoadsLock(t *testing.T) {
	unlocked := map[string]string{
		"Sellers.ByID":         "every sale reads one, and no use case saves it",
		"Mails.ByID":           "no mail is saved again",
		"Connections.ByRemote": "they are other sellers', and are only looked at",
	}
	loads := 0
	for _, who := range []ports.Scope{ports.Seller("ana"), ports.System} {
		c := &listening{}
		tx := reflect.ValueOf(Tx(c, who, ring(t, 1)))
		for i := range tx.NumField() {
			repo, of := tx.Field(i).Elem(), tx.Type().Field(i)
			for j := range of.Type.NumMethod() {
				method := of.Type.Method(j)
				name := of.Name + "." + method.Name
				if !strings.HasPrefix(method.Name, "By") && !slices.Contains([]string{"Secret", "Touching"}, method.Name) {
					continue
				}
				c.asked = nil
				call := repo.MethodByName(method.Name)
				args := []reflect.Value{reflect.ValueOf(t.Context())}
				for n := 1; n < call.Type().NumIn(); n++ {
					args = append(args, reflect.Zero(call.Type().In(n)))
				}
				answer := call.Call(args)
				if len(c.asked) == 0 {
					if err, _ := answer[len(answer)-1].Interface().(error); err != domain.ErrScope && err != domain.ErrSellerNotFound {
						t.Errorf("%s asked nothing: %v", name, err)
					}
					continue
				}
				loads++
				for _, sql := range c.asked {
					if locks := strings.HasSuffix(sql, " LOCK"); locks == (unlocked[name] != "") {
						t.Errorf("%s: it locks: %t, in\n%s", name, locks, sql)
					}
				}
			}
		}
	}
	if loads < 40 {
		t.Errorf("only %d loads were tried", loads)
	}
}
