package jsonl

import (
	"encoding/hex"
	"strings"
	"time"

	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

type license struct {
	Kind       string            `json:"kind"`
	ID         domain.LicenseID  `json:"id"`
	Seller     domain.SellerID   `json:"seller"`
	Product    domain.ProductID  `json:"product"`
	Purchase   domain.PurchaseID `json:"purchase"`
	Seat       domain.SeatID     `json:"seat,omitzero"`
	Key        domain.LicenseKey `json:"key,omitzero"` // left out: exported without keys
	Uses       int64             `json:"uses,omitzero"`
	DisabledAt instant           `json:"disabled_at,omitzero"`
	CreatedAt  instant           `json:"created_at"`
}

func ofLicense(c ports.CountedLicense) *license {
	s := c.License
	return &license{
		"license", s.ID, s.SellerID, s.ProductID, s.PurchaseID, s.SeatID, s.Key, c.Uses,
		instant(s.DisabledAt), instant(s.CreatedAt),
	}
}

func (l *license) value() (any, error) {
	if l.Key == "" {
		return nil, domain.InvalidField("key", "is missing: a file to import is exported with --with-keys")
	}
	return ports.CountedLicense{Uses: l.Uses, License: domain.LicenseState{
		ID: l.ID, SellerID: l.Seller, ProductID: l.Product, PurchaseID: l.Purchase, SeatID: l.Seat, Key: l.Key,
		DisabledAt: time.Time(l.DisabledAt), CreatedAt: time.Time(l.CreatedAt),
	}}, nil
}

type token struct {
	Kind      string          `json:"kind"`
	ID        domain.TokenID  `json:"id"`
	Seller    domain.SellerID `json:"seller"`
	Name      string          `json:"name"`
	Digest    string          `json:"digest"` // of the secret, in hexadecimal
	Scopes    []domain.Scope  `json:"scopes"`
	CreatedAt instant         `json:"created_at"`
	RevokedAt instant         `json:"revoked_at,omitzero"`
}

func ofToken(s domain.TokenState) *token {
	l := &token{
		Kind: "token", ID: s.ID, Seller: s.SellerID, Name: s.Name, Digest: hex.EncodeToString(s.Digest[:]),
		Scopes: []domain.Scope{}, CreatedAt: instant(s.CreatedAt), RevokedAt: instant(s.RevokedAt),
	}
	for _, scope := range strings.Fields(string(s.Scopes)) {
		l.Scopes = append(l.Scopes, domain.Scope(scope))
	}
	return l
}

func (l *token) value() (any, error) {
	s := domain.TokenState{
		ID: l.ID, SellerID: l.Seller, Name: l.Name, CreatedAt: time.Time(l.CreatedAt), RevokedAt: time.Time(l.RevokedAt),
	}
	digest, err := hex.DecodeString(l.Digest)
	if err != nil || len(digest) != len(s.Digest) {
		return nil, domain.InvalidField("digest", "must be the SHA-256 of the secret, 64 hexadecimal digits")
	}
	copy(s.Digest[:], digest)
	s.Scopes, err = domain.MakeScopes(l.Scopes...)
	return s, err
}
