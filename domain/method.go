package domain

import "time"

// SetMethod names the card or account that pays from now on. A payment in
// flight keeps its own. What is overdue, and waits for another card, is tried
// again at once; see [Membership.Renew]. An ended membership takes it too, for
// its restart. The same one is [NoChange]; of a membership that somebody else
// charges it is [ErrChargedElsewhere].
func (m *Membership) SetMethod(method string, at time.Time) (Outcome, error) {
	if err := checkID("method", method); err != nil {
		return Outcome{}, err
	}
	return m.command(at, func(s *MembershipState, at time.Time, o *Outcome) error {
		switch {
		case s.Elsewhere:
			return ErrChargedElsewhere
		case s.Method == method:
			o.Result = NoChange
			return nil
		}
		s.Method = method
		if s.Status == PastDue && s.Outstanding.RetryAt.IsZero() {
			s.Outstanding.RetryAt = at
		}
		o.Result = Applied
		return nil
	})
}
