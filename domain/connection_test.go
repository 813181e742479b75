package domain

import (
	"testing"
	"time"
)

func TestConnectionAil(t *testing.T) {
	for _, tt := range []struct {
		name   string
		was    Connection
		cause  Cause
		health Health
		fresh  bool
	}{
		{"something small", Connection{Health: HealthOK}, CauseRoleOrder, HealthWarning, true},
		{"the same again is not told again", Connection{Health: HealthWarning, Causes: "role_order"}, CauseRoleOrder, HealthWarning, false},
		{"something worse", Connection{Health: HealthWarning, Causes: "role_order"}, CauseBotMissing, HealthBotMissing, true},
		{"something smaller does not hide what is worse", Connection{Health: HealthBotMissing, Causes: "bot_missing"}, CauseRoleOrder, HealthBotMissing, true},
		{"the quota is told of, and stops nothing", Connection{Health: HealthOK}, CauseQuotaLow, HealthOK, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			is, fresh := tt.was.Ail(tt.cause)
			same(t, "health", is.Health, tt.health)
			same(t, "fresh", fresh, tt.fresh)
			same(t, "noted", is.Causes.Has(tt.cause), true)
		})
	}
}

func TestConnectionChecked(t *testing.T) {
	for _, tt := range []struct {
		name    string
		was     Connection
		found   []Cause
		health  Health
		causes  Causes
		resumed bool
	}{
		{"nothing is wrong", Connection{Health: HealthOK}, nil, HealthOK, "", false},
		{"what was wrong is mended", Connection{Health: HealthBotMissing, Causes: "bot_missing"}, nil, HealthOK, "", true},
		{"what was told is still wrong", Connection{Health: HealthWarning, Causes: "role_order"}, []Cause{CauseRoleOrder}, HealthWarning, "role_order", false},
		{"what is new is still to be told", Connection{Health: HealthOK}, []Cause{CauseRoleOrder}, HealthWarning, "", false},
		{"one of two is mended", Connection{Health: HealthTokenInvalid, Causes: "plan role_order"}, []Cause{CauseRoleOrder}, HealthWarning, "role_order", true},
		{"it is paused for another reason now", Connection{Health: HealthTokenInvalid, Causes: "plan"}, []Cause{CauseBotMissing}, HealthBotMissing, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			is, resumed := tt.was.Checked(tt.found, t0)
			same(t, "health", is.Health, tt.health)
			same(t, "causes", is.Causes, tt.causes)
			same(t, "resumed", resumed, tt.resumed)
			same(t, "checked", is.CheckedAt, Instant(t0))
			for _, cause := range tt.found {
				_, fresh := is.Ail(cause)
				same(t, "told already", !fresh, tt.was.Causes.Has(cause))
			}
		})
	}
}

func TestConnectionPaused(t *testing.T) {
	for health, want := range map[Health]bool{HealthOK: false, HealthWarning: false, HealthBotMissing: true, HealthTokenInvalid: true} {
		same(t, string(health), Connection{Health: health}.Paused(), want)
	}
	for _, tt := range []struct {
		name string
		conn Connection
		want Cause
	}{
		{"the secret is said before what comes of it", Connection{Health: HealthTokenInvalid, Causes: "secret_unreadable token_invalid"}, CauseSecretUnreadable},
		{"the plan", Connection{Health: HealthTokenInvalid, Causes: "plan"}, CausePlan},
		{"the bot", Connection{Health: HealthBotMissing, Causes: "bot_missing role_order"}, CauseBotMissing},
		{"a bot that nobody was told of", Connection{Health: HealthBotMissing}, CauseBotMissing},
		{"a token that nobody was told of", Connection{Health: HealthTokenInvalid}, CauseTokenInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) { same(t, "cause", tt.conn.cause(), tt.want) })
	}
}

func TestConnectionCheck(t *testing.T) {
	circle := Connection{ID: "k", SellerID: "ana", Service: Circle, Dialect: "v2", Health: HealthOK, SecretEnd: "wxyz", CreatedAt: t0}
	discord := Connection{ID: "k", SellerID: "ana", Service: Discord, RemoteID: "1", Health: HealthOK, CreatedAt: t0}
	for _, tt := range []struct {
		name  string
		conn  Connection
		mod   func(*Connection)
		field string
	}{
		{"a Circle community that is not chosen yet", circle, func(*Connection) {}, ""},
		{"a Discord server", discord, func(*Connection) {}, ""},
		{"a Circle connection without a dialect", circle, func(c *Connection) { c.Dialect = "" }, "dialect"},
		{"a Discord connection with one", discord, func(c *Connection) { c.Dialect = "v2" }, "server"},
		{"a Discord connection without a server", discord, func(c *Connection) { c.RemoteID = "" }, "server"},
		{"another service", circle, func(c *Connection) { c.Service = "slack" }, "service"},
		{"another health", circle, func(c *Connection) { c.Health = "" }, "health"},
		{"more of the secret than may be shown", circle, func(c *Connection) { c.SecretEnd = "vwxyz" }, "secret"},
		{"less than no quota", circle, func(c *Connection) { c.Quota = -1 }, "quota"},
		{"no time", circle, func(c *Connection) { c.CreatedAt = time.Time{} }, "created_at"},
		{"another way to leave", circle, func(c *Connection) { c.Leaving = "burn" }, "leaving"},
		{"no seller", circle, func(c *Connection) { c.SellerID = "" }, "seller"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.mod(&tt.conn)
			if tt.field == "" {
				wantError(t, tt.conn.Check(), "", "")
				return
			}
			wantError(t, tt.conn.Check(), "invalid", tt.field)
		})
	}
	same(t, "open", circle.Open(), true)
	circle.Leaving = RemoveMembers
	same(t, "being disconnected is not open", circle.Open(), false)
	circle.Leaving, circle.ClosedAt = "", t0
	same(t, "closed is not open", circle.Open(), false)
}

func TestSecretEnd(t *testing.T) {
	for secret, want := range map[string]string{"": "", "1234567": "", "12345678": "5678", " 12345678 ": "5678", "   1234567  ": ""} {
		same(t, secret, SecretEnd(secret), want)
	}
}
