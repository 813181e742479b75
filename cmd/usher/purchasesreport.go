package main

import (
	"context"
	"time"

	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

type purchasesReportCmd struct {
	oneMembership
	What      domain.ReportKind `arg:"" help:"What happened: ${enum}." enum:"renewed,failed,changed,cancelled,resumed,ended,restarted,refunded,disputed,dispute_won"`
	OutsideID string            `name:"outside-id" help:"What the report is called there: with the same id again, nothing is recorded." required:"" placeholder:"ID"`
	Sequence  int64             `help:"Its number, which grows with each report: one that is not newer than the last changes nothing." placeholder:"N"`
	Happened  time.Time         `name:"happened-at" help:"When it happened, such as 2026-04-01T09:30:00Z; now unless given." placeholder:"TIME"`
	Seats     int               `help:"Seats in all from now on; as many as there were unless given. For renewed, changed and restarted." placeholder:"N"`
	Tier      string            `help:"Tier from now on, by id or name. Likewise." placeholder:"TIER"`
	UnitPrice *int64            `help:"What one seat costs for one period from now on, in minor units. Likewise." placeholder:"MINOR"`
	Amount    int64             `help:"What was taken by renewed and restarted, or given back by refunded, in minor units." placeholder:"MINOR"`
	EndsAt    time.Time         `help:"When it ends, for cancelled; with its period unless given." placeholder:"TIME"`
	Reason    domain.EndReason  `help:"Why it ended: cancelled, failed, completed or revoked." placeholder:"REASON"`
	By        domain.Actor      `help:"Who cancelled or ended it: buyer or seller." placeholder:"WHO"`
}

// Run records what became of a membership that somebody else charges.
func (r purchasesReportCmd) Run(c *call) error {
	return c.ofMembership(r.oneMembership, func(ctx context.Context, p *app.Usher, seller domain.SellerID, s domain.MembershipState) (app.Done, error) {
		report := domain.Report{
			Kind: r.What, Sequence: r.Sequence, HappenedAt: r.Happened, Seats: r.Seats, EndsAt: r.EndsAt,
			Reason: r.Reason, By: r.By, Amount: r.Amount,
		}
		if r.UnitPrice != nil {
			report.Unit, report.HasUnit = *r.UnitPrice, true
		}
		if r.Tier != "" {
			w, err := wish{Tier: r.Tier}.request(c, p, seller, s)
			if err != nil {
				return app.Done{}, err
			}
			report.Tier = w.Tier
		}
		return p.Memberships.Record(ctx, seller, s.ID, report, r.OutsideID)
	})
}
