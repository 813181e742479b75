package discord

import (
	"context"

	"github.com/usherhq/usher/domain"
)

// Refusal is why somebody cannot be kicked.
type Refusal struct {
	// Cause is [domain.CauseOwner], [domain.CauseMissingPermission],
	// [domain.CauseRoleOrder] or [domain.CauseRemovalRefused]; or
	// [domain.CauseLeft], if they are out meanwhile.
	Cause   domain.Cause
	Missing Permission // that the bot lacks
	Above   []Role     // of the member, not below the bot's, the highest first
	Bot     Role       // the bot's highest
	Guild   Guild
	Member  Member
}

// WhyNotKicked asks why Discord refused to kick somebody, with three calls. It
// is asked once, after a refusal of code 50013, which says none of it.
func (c *Client) WhyNotKicked(ctx context.Context, guild, user string) (Refusal, error) {
	g, err := c.Guild(ctx, guild)
	if err != nil {
		return Refusal{}, err
	}
	m, in, err := c.Member(ctx, guild, user)
	if err != nil {
		return Refusal{}, err
	}
	if !in {
		return Refusal{Cause: domain.CauseLeft, Guild: g}, nil
	}
	s, err := c.standing(ctx, g)
	if err != nil {
		return Refusal{}, err
	}
	return s.whyNotKicked(m), nil
}

// whyNotKicked finds what forbids the bot to kick a member.
func (s Standing) whyNotKicked(m Member) Refusal {
	r := Refusal{
		Cause: domain.CauseRemovalRefused, Missing: s.Missing(KickMembers), Above: s.Outranked(m),
		Bot: s.Top(), Guild: s.Guild, Member: m,
	}
	switch top := s.Guild.top(m); {
	case m.User.ID == s.Guild.OwnerID:
		r.Cause = domain.CauseOwner
	case r.Missing != 0:
		r.Cause = domain.CauseMissingPermission
	case len(r.Above) > 0:
		r.Cause = domain.CauseRoleOrder
	case top.Position == r.Bot.Position && top.ID != s.Guild.ID:
		r.Cause, r.Above = domain.CauseRoleOrder, []Role{top}
	}
	return r
}
