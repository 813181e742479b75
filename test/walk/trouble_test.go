package walk

import (
	"fmt"
	"slices"

	"github.com/usherhq/usher/adapters/discord/discordtest"
	"github.com/usherhq/usher/test/walk/oracle"
)

const modRole = "500000000000000099" // of people whom no bot can take out

// sellerSpoils has a seller do what stands in usher's way until it is mended.
func (w *world) sellerSpoils() bool {
	var what string
	switch w.upTo("what", 4) {
	case 0:
		what = "circle key revoked"
		w.s.circle.RevokeToken(w.tokenName())
		w.revoked = true
	case 1:
		what = "bot gone"
		w.s.guild(w.aGuild(), func(g *discordtest.Guild) {
			g.Members = slices.DeleteFunc(g.Members, func(m discordtest.Member) bool { return m.UserID == botID })
		})
	case 2:
		what = "role above the bot's"
		role := w.upTo("role", len(roles)-1)
		w.s.guild(w.aGuild(), func(g *discordtest.Guild) { position(g, roles[role], 30) })
	case 3:
		what = "member above the bot"
		w.s.guild(w.aGuild(), func(g *discordtest.Guild) {
			for i := range g.Members {
				if m := &g.Members[i]; m.UserID != botID && m.UserID != owner {
					m.Roles = append(m.Roles, modRole)
					return
				}
			}
		})
	case 4:
		what = "bot may not kick"
		w.s.guild(w.aGuild(), func(g *discordtest.Guild) { permits(g, discordtest.ManageRoles|discordtest.CreateInvite) })
	}
	for _, l := range w.conns {
		l.spoilt = true
	}
	w.known((*oracle.Oracle).Hindered)
	w.tell("%s", what)
	w.seen.did(what)
	return true
}

var spoils = []string{"circle key revoked", "bot gone", "role above the bot's", "member above the bot", "bot may not kick"}

func (w *world) aGuild() string { return guilds[w.upTo("guild", len(guilds)-1)] }

func position(g *discordtest.Guild, role string, at int) {
	for i := range g.Roles {
		if g.Roles[i].ID == role {
			g.Roles[i].Position = at
		}
	}
}

func permits(g *discordtest.Guild, p discordtest.Permission) {
	for i := range g.Roles {
		if g.Roles[i].BotID == botID {
			g.Roles[i].Permissions = p
		}
	}
}

// sellerMends mends all of that: some connections are connected again.
func (w *world) sellerMends() bool {
	w.tell("the seller mends what stands in the way")
	defer w.ranks()
	for _, l := range slices.Clone(w.conns) {
		if l.closed {
			continue
		}
		if l.place == theCircle {
			if w.revoked && !w.connectCircle(l.dialect) {
				return false
			}
			continue
		}
		g, _ := w.s.discord.Guild(l.place)
		if l.leaving { // the bot comes back, and that is all
			w.s.byHand(func() {
				w.s.discord.AddBot(l.place, discordtest.KickMembers|discordtest.ManageRoles|discordtest.CreateInvite)
			})
			continue
		}
		if !slices.ContainsFunc(g.Members, func(m discordtest.Member) bool { return m.UserID == botID }) && !w.connectDiscord(l.place) {
			return false
		}
	}
	return true
}

// ranks puts every role in its place, the bot's above those that it gives.
func (w *world) ranks() {
	for _, id := range guilds {
		w.s.guild(id, func(g *discordtest.Guild) {
			for i, role := range roles {
				position(g, role, i+1)
			}
			for i := range g.Roles {
				if g.Roles[i].BotID == botID {
					g.Roles[i].Position = 20
				}
			}
			permits(g, discordtest.KickMembers|discordtest.ManageRoles|discordtest.CreateInvite)
			for i := range g.Members {
				g.Members[i].Roles = slices.DeleteFunc(g.Members[i].Roles, func(r string) bool { return r == modRole })
			}
		})
	}
}

func (w *world) tokenName() string { return fmt.Sprintf("secret-token-of-circle-%d", w.tokens) }

// naps has the process stand still with the next answer of a service in its
// hands.
func (w *world) naps() bool {
	w.nap = true
	return true
}

// stalls does what is due in a process that stands still with the first answer of
// a service in its hands; another one takes over.
func (w *world) stalls() {
	w.life.mu.Lock()
	w.life.still = true
	w.life.mu.Unlock()
	z := &sleeper{life: w.life, ended: make(chan struct{})}
	u := w.usher
	go func() {
		defer close(z.ended)
		u.Worker.Tick(w.ctx) // what becomes of it does not matter
	}()
	select {
	case <-z.ended:
		w.life.mu.Lock()
		w.life.still = false
		w.life.mu.Unlock()
		if w.life.dead.Load() {
			w.again()
		}
		return
	case <-z.life.arrived:
	}
	w.tell("the process stands still with an answer in its hands; another one takes over")
	w.seen.did("late answer")
	w.nap = false
	w.asleep = append(w.asleep, z)
	w.doubts()
	w.later(leasesEnd)
	w.start()
}

// wakes lets a process go on that stood still.
func (w *world) wakes() bool {
	if len(w.asleep) == 0 {
		return false
	}
	z := w.asleep[0]
	w.asleep = w.asleep[1:]
	w.tell("a process that stood still goes on")
	close(z.life.goOn)
	<-z.ended
	return true
}
