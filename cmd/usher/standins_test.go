package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/usherhq/usher/adapters/circle"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// club starts stand-ins that keep a file, and returns what asks their Circle.
func club(t *testing.T, file string) (*standIns, func(email string) (domain.Admission, error), func(email string) error) {
	t.Helper()
	l, err := listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := startStandIns(l, "", slog.New(slog.DiscardHandler))
	t.Cleanup(s.stop)
	if err := s.keepIn(file); err != nil {
		t.Fatal(err)
	}
	client := circle.New(&circle.Options{BaseURL: s.url + circlePath, Hurry: true})
	door := ports.Door{Dialect: "v2", RemoteID: "3512", Secret: standInsToken}
	return s, func(email string) (domain.Admission, error) {
			return client.Admit(t.Context(), door, domain.Subject(email), "", "")
		}, func(email string) error {
			return client.Remove(t.Context(), door, ports.Member{Subject: domain.Subject(email)})
		}
}

// A removal that is asked for once more after a start takes out nobody else.
func TestStandIns_giveNobodyTheIDOfAnother(t *testing.T) {
	file := filepath.Join(t.TempDir(), "who.json")
	s, admit, remove := club(t, file)
	gone := map[string]bool{}
	for _, email := range []string{"bo@example.com", "cleo@example.com"} {
		a, err := admit(email)
		if err != nil {
			t.Fatal(err)
		}
		gone[a.MemberID] = true
	}
	for _, email := range []string{"bo@example.com", "cleo@example.com"} {
		if err := remove(email); err != nil {
			t.Fatal(err)
		}
	}
	s.stop()
	s, admit, _ = club(t, file)
	if page := s.whoIsIn(); strings.Contains(page, "bo@") || strings.Contains(page, "nobody@") || !strings.Contains(page, "ana@") {
		t.Errorf("after a start it says\n%s", page)
	}
	if eva, err := admit("eva@example.com"); err != nil || !eva.Added || gone[eva.MemberID] {
		t.Errorf("eva is %+v (%v), and before her there were %v", eva, err, gone)
	}
}

// Who is told that somebody is in may rely on it: what cannot be kept is not
// answered.
func TestStandIns_keepBeforeTheyAnswer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "gone")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	_, admit, _ := club(t, filepath.Join(dir, "who.json"))
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if got, err := admit("bo@example.com"); err == nil {
		t.Errorf("the answer is %+v", got)
	}
}
