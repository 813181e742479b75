package domain

import (
	"net/url"
	"strings"
	"time"
)

// Seller sells products. Everything that usher keeps belongs to one seller.
type Seller struct {
	ID        SellerID
	UserID    UserID // shown as the purchaser of the seller's own test purchases
	Name      string
	Email     string
	Address   string // public address of the seller's pages, "https://shop.example.com"; empty: the server's own
	CreatedAt time.Time
}

// Check refuses a seller whose fields break a rule of form, naming the field.
func (s Seller) Check() error {
	if err := checkID("id", string(s.ID)); err != nil {
		return err
	}
	if strings.TrimSpace(s.Name) == "" {
		return InvalidField("name", "is missing")
	}
	if err := checkText("name", s.Name, 200); err != nil {
		return err
	}
	if err := checkEmail(s.Email); err != nil {
		return err
	}
	if !isUserID(s.UserID) {
		return InvalidField("user_id", "must be a decimal number of at most 13 digits")
	}
	if s.Address != "" {
		u, err := url.Parse(s.Address)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" ||
			u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return InvalidField("address", "must be a web address without a path, such as https://shop.example.com")
		}
		if err := checkText("address", s.Address, 255); err != nil {
			return err
		}
	}
	if s.CreatedAt.IsZero() {
		return InvalidField("created_at", "is missing")
	}
	return nil
}

func isUserID(id UserID) bool {
	return id != "" && len(id) <= 13 && strings.Trim(string(id), "0123456789") == ""
}

// NormalizeEmail returns the form in which usher keeps and compares an e-mail
// address: without surrounding blanks, in lower case.
func NormalizeEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func checkEmail(s string) error {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || strings.ContainsAny(s, " \t\r\n<>,;") {
		return InvalidField("email", "must be an e-mail address, such as ana@example.com")
	}
	return checkText("email", s, 254)
}
