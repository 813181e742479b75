package keyring

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/usherhq/usher/domain"
)

// secretOf is a secret of one repeated byte.
func secretOf(t *testing.T, number int, b byte) Secret {
	t.Helper()
	s, err := NewSecret(number, bytes.Repeat([]byte{b}, Size))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ring(t *testing.T, secrets ...Secret) *Keyring {
	t.Helper()
	k, err := New(secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

const folded = "85DB562A-C11D4B06-A2335A6B-8C079166"

func TestSealOpens(t *testing.T) {
	old := ring(t, secretOf(t, 1, 'a'))
	both := ring(t, secretOf(t, 2, 'b'), secretOf(t, 1, 'a'))
	stranger := ring(t, secretOf(t, 1, 'x'))
	sealed, number := old.Seal([]byte("licence 1"), []byte(folded))
	if number != 1 {
		t.Fatalf("sealed with secret %d, want 1", number)
	}
	if bytes.Contains(sealed, []byte(folded)) {
		t.Fatal("the sealed text shows the key")
	}
	again, _ := old.Seal([]byte("licence 1"), []byte(folded))
	if bytes.Equal(again, sealed) {
		t.Error("sealing twice gives the same text: the nonce is not random")
	}
	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for _, c := range []struct {
		name   string
		k      *Keyring
		number int
		aad    string
		sealed []byte
		opens  bool
	}{
		{"the secret that sealed opens", old, 1, "licence 1", sealed, true},
		{"a secret that is only read opens", both, 1, "licence 1", sealed, true},
		{"in another row it does not open", old, 1, "licence 2", sealed, false},
		{"changed it does not open", old, 1, "licence 1", changed, false},
		{"cut off it does not open", old, 1, "licence 1", sealed[:20], false},
		{"nothing does not open", old, 1, "licence 1", nil, false},
		{"another secret of the same number does not open it", stranger, 1, "licence 1", sealed, false},
		{"another number does not open it", both, 2, "licence 1", sealed, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.k.Open(c.number, []byte(c.aad), c.sealed)
			if c.opens && (err != nil || string(got) != folded) {
				t.Errorf("got %q, %v", got, err)
			}
			if !c.opens && err == nil {
				t.Errorf("opened: %q", got)
			}
		})
	}
	if _, err := old.Open(2, []byte("licence 1"), sealed); !errors.Is(err, domain.ErrWrongSecret) {
		t.Errorf("a number that is not there: %v, want ErrWrongSecret", err)
	}
	if sealed, number := both.Seal(nil, nil); number != 2 {
		t.Errorf("sealed with secret %d, want the first, 2", number)
	} else if got, err := both.Open(2, nil, sealed); err != nil || len(got) != 0 {
		t.Errorf("an empty text: %q, %v", got, err)
	}
}

func TestDigests(t *testing.T) {
	one, two := ring(t, secretOf(t, 1, 'a')), ring(t, secretOf(t, 2, 'b'))
	both := ring(t, secretOf(t, 2, 'b'), secretOf(t, 1, 'a'))
	if !bytes.Equal(both.Digest(folded), two.Digest(folded)) {
		t.Error("the first secret does not digest")
	}
	got := both.Digests(folded)
	if len(got) != 2 || !bytes.Equal(got[0], two.Digest(folded)) || !bytes.Equal(got[1], one.Digest(folded)) {
		t.Errorf("Digests: %x", got)
	}
	if bytes.Equal(one.Digest(folded), two.Digest(folded)) || bytes.Equal(one.Digest(folded), one.Digest(folded+" ")) {
		t.Error("different secrets, or keys, have one digest")
	}
	if !bytes.Equal(both.Last8(folded), two.Last8("8C079166")) || !bytes.Equal(both.Last8s(folded)[1], one.Last8(folded)) {
		t.Error("Last8 is not the digest of the last eight characters")
	}
	if bytes.Equal(one.Last8("8C079166"), one.Digest("8C079166")) {
		t.Error("two purposes share a subkey")
	}
	if one.Last8("1234567") != nil || one.Last8s("1234567") != nil {
		t.Error("seven characters have a digest of their last eight")
	}
}

// TestLabelsArePermanent: whoever changes a label loses every key that was
// sealed and digested before.
func TestLabelsArePermanent(t *testing.T) {
	k := ring(t, secretOf(t, 1, 'a'))
	got := fmt.Sprintf("%x %x %s", k.Digest("KEY")[:4], k.Last8("12345678")[:4], k.Check())
	const want = "41bdb6f0 ea41cb56 1:5c37b1ea70e384eeac8267ad6c09a52d"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	sealed, err := base64.StdEncoding.DecodeString("zNSNrKtfBl2Jg0njRtI4YRvlMJB8mtRg0IdaVMHZeGaMuZiA+O5+5vEzjw==")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := k.Open(1, []byte("row"), sealed); err != nil || string(text) != "KEY" {
		t.Errorf("what was sealed by an earlier version: %q, %v", text, err)
	}
}

func TestVerify(t *testing.T) {
	a, b, c := secretOf(t, 1, 'a'), secretOf(t, 2, 'b'), secretOf(t, 2, 'c')
	for _, row := range []struct {
		name       string
		made, open *Keyring
		says       string // empty: fine
	}{
		{"the same secret is fine", ring(t, a), ring(t, a), ""},
		{"in another order they are fine", ring(t, a, b), ring(t, b, a), ""},
		{"a secret more is fine", ring(t, a), ring(t, b, a), ""},
		{"another secret under the number is refused", ring(t, a, b), ring(t, c, a), "secret number 2 in /etc/usher.secrets"},
		{"another number is refused", ring(t, a), ring(t, b), "secret number 1, which is not in /etc/usher.secrets"},
		{"a secret less is refused", ring(t, a, b), ring(t, b), "secret number 1, which is not in /etc/usher.secrets"},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := row.open.From("/etc/usher.secrets").Verify(row.made.Check())
			switch {
			case row.says == "" && err != nil:
				t.Errorf("refused: %v", err)
			case row.says != "" && (!errors.Is(err, domain.ErrWrongSecret) || !strings.Contains(err.Error(), row.says)):
				t.Errorf("got %v, want ErrWrongSecret that says %q", err, row.says)
			}
		})
	}
	for _, check := range []string{"", "nonsense", "1", "1:", "1:00"} {
		if err := ring(t, a).Verify(check); !errors.Is(err, domain.ErrWrongSecret) {
			t.Errorf("check value %q: %v, want ErrWrongSecret", check, err)
		}
	}
}

func TestParse(t *testing.T) {
	a, b := secretOf(t, 1, 'a'), secretOf(t, 2, 'b')
	want := ring(t, b, a)
	for name, text := range map[string]string{
		"lines":                        b.line() + "\n" + a.line() + "\n",
		"lines of another system":      b.line() + "\r\n" + a.line(),
		"a comma instead of a line":    b.line() + ", " + a.line(),
		"comments, with commas":        "# two, so far\n\n" + b.line() + "\n # the old one, 1\n" + a.line(),
		"blanks around and in between": "  " + strings.ReplaceAll(b.line(), " ", "\t ") + "  \n\n" + a.line() + "  ",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			if got.Current() != 2 || got.Check() != want.Check() {
				t.Errorf("current %d, check %s; want 2, %s", got.Current(), got.Check(), want.Check())
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	const random = "b3gk0Cs4SwVnnHJ4WmM1yQf3o2H5aHc0Yq5qzvPz9rQ="
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", "no secret"},
		{"comments only", "# 1 " + random, "no secret"},
		{"no number", random, "line 1"},
		{"the number last", random + " 1", "line 1: a secret begins with its number"},
		{"number 0", "0 " + random, "from 1 to 9999"},
		{"a negative number", "-1 " + random, "from 1 to 9999"},
		{"a number of five digits", "10000 " + random, "from 1 to 9999"},
		{"a number twice", "1 " + random + "\n1 " + random, "two secrets have the number 1"},
		{"too short", "1 " + random[:20], "line 1: secret 1 must be 32 bytes and has 15"},
		{"too long", "\n1 " + random[:43] + random, "line 2"},
		{"not base64", "1 " + random[:42] + "!=", "not base64"},
		{"bits after the end", "1 " + random[:42] + "R=", "not base64"},
		{"a word too many", "1 " + random + " 2", "line 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.text))
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v, want an error that says %q", err, c.says)
			}
			if strings.Contains(err.Error(), random[:10]) {
				t.Errorf("the error repeats the secret: %v", err)
			}
		})
	}
	if _, err := New(Secret{}); err == nil {
		t.Error("a secret of nothing is taken")
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	s := secretOf(t, 7, 0xab)
	k := ring(t, s)
	type holder struct {
		Shown, hidden Secret
		Ring, ring    *Keyring
	}
	h := holder{s, s, k, k}
	var out strings.Builder
	for _, v := range []any{s, &s, k, *k, h, &h, []Secret{s}, map[string]Secret{"a": s}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		if text, err := json.Marshal(v); err == nil {
			out.Write(text)
		}
		slog.New(slog.NewTextHandler(&out, nil)).Info("it", "secret", v)
		slog.New(slog.NewJSONHandler(&out, nil)).Info("it", "secret", v)
	}
	got := strings.ToLower(out.String())
	encoded := base64.StdEncoding.EncodeToString(s.reveal())
	for _, bad := range []string{"abababab", "171 171", "171,171", "10101011 10101011", "0xab, 0xab", strings.ToLower(encoded[:12])} {
		if i := strings.Index(got, bad); i >= 0 {
			t.Errorf("%q was printed: ...%s", bad, got[max(0, i-80):min(len(got), i+40)])
		}
	}
	if !strings.Contains(got, "secret 7 (redacted)") {
		t.Error("the number is not printed")
	}
	if (*Keyring)(nil).String() == "" {
		t.Error("no keyring has no string")
	}
}

func TestCreateAndLoad(t *testing.T) { createAndLoad(t) }

func TestCreateWhereFilesHaveNoSecondName(t *testing.T) {
	t.Cleanup(func() { link = os.Link })
	link = func(string, string) error { return errors.ErrUnsupported }
	createAndLoad(t)
}

func createAndLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usher.secrets")
	if _, err := Load(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("no file: %v, want fs.ErrNotExist", err)
	}
	made, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	loaded, err := Load(path)
	if err != nil || loaded.Check() != made.Check() {
		t.Errorf("loaded another: %v", err)
	}
	before, _ := os.ReadFile(path)
	if _, err := Create(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second Create: %v, want fs.ErrExist", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("a second Create changed the file")
	}
	if all, _ := filepath.Glob(path + "*"); len(all) != 1 {
		t.Errorf("left behind: %v", all)
	}
	if err := loaded.Verify("1:00"); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("the sentence does not name the file: %v", err)
	}
	if err := os.WriteFile(path, []byte("1 nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path+": line 1") {
		t.Errorf("a broken file: %v", err)
	}
}

// TestOneCreates: of many who find no file, one makes it and the others see
// the whole of it.
func TestOneCreates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usher.secrets")
	var wg sync.WaitGroup
	var mu sync.Mutex
	made, checks := 0, map[string]bool{}
	for range 20 {
		wg.Go(func() {
			k, err := Create(path)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				made++
			} else if k, err = Load(path); err != nil {
				t.Error(err)
				return
			}
			checks[k.Check()] = true
		})
	}
	wg.Wait()
	if made != 1 || len(checks) != 1 {
		t.Errorf("%d made it and there are %d secrets, want 1 and 1", made, len(checks))
	}
}
