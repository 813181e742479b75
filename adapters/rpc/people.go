package rpc

import (
	"context"

	"google.golang.org/protobuf/proto"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

// ListPeople shows who is let in, or is to be.
func (s *communities) ListPeople(ctx context.Context, r *usherv1.ListPeopleRequest) (*usherv1.ListPeopleResponse, error) {
	c, err := s.seller(ctx, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	limit, after, err := pageOf(r)
	if err != nil {
		return nil, err
	}
	q := ports.ClaimQuery{After: after, Limit: limit + 1}
	if q.State, err = wordOf[domain.ClaimState]("state", r.State); err != nil {
		return nil, err
	}
	if r.Connection != "" {
		conn, err := s.usher.Communities.Get(ctx, c.seller, domain.ConnectionID(r.Connection))
		if err != nil {
			return nil, err
		}
		q.ConnectionID = conn.ID
	}
	if r.Product != "" {
		p, err := s.usher.Catalog.Product(ctx, c.seller, r.Product)
		if err != nil {
			return nil, err
		}
		q.ProductID = p.ID
	}
	all, err := s.usher.Communities.People(ctx, c.seller, q)
	if err != nil {
		return nil, err
	}
	told := &usherv1.ListPeopleResponse{}
	all, told.NextPageToken = page(all, limit, func(o domain.Claim) ports.Cursor { return ports.Cursor{At: o.CreatedAt, ID: string(o.ID)} })
	for _, o := range all {
		told.People = append(told.People, personOf(o))
	}
	return told, nil
}

// person returns the claim that a request names.
func (s *server) person(ctx context.Context, scope domain.Scope, id string) (caller, domain.Claim, error) {
	return owned(ctx, s, scope, domain.ErrClaimNotFound, func(seller domain.SellerID) (domain.Claim, error) {
		return s.usher.Communities.Person(ctx, seller, domain.ClaimID(id))
	})
}

// GetPerson shows one of them.
func (s *communities) GetPerson(ctx context.Context, r *usherv1.GetPersonRequest) (*usherv1.GetPersonResponse, error) {
	_, one, err := s.person(ctx, domain.ViewSales, r.Person)
	if err != nil {
		return nil, err
	}
	return &usherv1.GetPersonResponse{Person: personOf(one)}, nil
}

// RetryPerson tries again at once.
func (s *communities) RetryPerson(ctx context.Context, r *usherv1.RetryPersonRequest) (*usherv1.RetryPersonResponse, error) {
	return forPerson(ctx, s.server, r, onceOrAgain, s.usher.Communities.Retry, func(p *usherv1.Person) *usherv1.RetryPersonResponse {
		return &usherv1.RetryPersonResponse{Person: p}
	})
}

// InvitePerson lets somebody in again who was taken out by hand.
func (s *communities) InvitePerson(ctx context.Context, r *usherv1.InvitePersonRequest) (*usherv1.InvitePersonResponse, error) {
	return forPerson(ctx, s.server, r, once, s.usher.Communities.InviteAgain, func(p *usherv1.Person) *usherv1.InvitePersonResponse {
		return &usherv1.InvitePersonResponse{Person: p}
	})
}

// LeaveOutPerson blocks whoever it is.
func (s *communities) LeaveOutPerson(ctx context.Context, r *usherv1.LeaveOutPersonRequest) (*usherv1.LeaveOutPersonResponse, error) {
	return forPerson(ctx, s.server, r, onceOrAgain, s.usher.Communities.LeaveOut, func(p *usherv1.Person) *usherv1.LeaveOutPersonResponse {
		return &usherv1.LeaveOutPersonResponse{Person: p}
	})
}

// byPerson is a request that names somebody.
type byPerson interface {
	proto.Message
	GetPerson() string
}

// forPerson does something about somebody, by once or onceOrAgain. What it asks of a
// service comes after the answer.
func forPerson[M any, P message[M]](ctx context.Context, s *server, r byPerson, keep keeper[P], do func(context.Context, domain.SellerID, domain.ClaimID) error, answer func(*usherv1.Person) P) (P, error) {
	c, one, err := s.person(ctx, domain.EditProducts, r.GetPerson())
	if err != nil {
		return nil, err
	}
	return keep(ctx, s, c, r, func(ctx context.Context) (P, error) {
		if err := do(ctx, c.seller, one.ID); err != nil {
			return nil, err
		}
		is, err := s.usher.Communities.Person(ctx, c.seller, one.ID)
		if err != nil {
			return nil, err
		}
		return answer(personOf(is)), nil
	})
}

// ListBlocks shows a page of who is let in nowhere.
func (s *communities) ListBlocks(ctx context.Context, r *usherv1.ListBlocksRequest) (*usherv1.ListBlocksResponse, error) {
	c, err := s.seller(ctx, domain.ViewSales)
	if err != nil {
		return nil, err
	}
	limit, after, err := pageOf(r)
	if err != nil {
		return nil, err
	}
	all, err := s.usher.Communities.Blocked(ctx, c.seller, after.ID, limit+1)
	if err != nil {
		return nil, err
	}
	told := &usherv1.ListBlocksResponse{}
	told.Emails, told.NextPageToken = page(all, limit, func(email string) ports.Cursor { return ports.Cursor{ID: email} })
	return told, nil
}

// BlockEmail lets nobody of an address in any more, anywhere.
func (s *communities) BlockEmail(ctx context.Context, r *usherv1.BlockEmailRequest) (*usherv1.BlockEmailResponse, error) {
	return ofAddress(ctx, s.server, r, &usherv1.BlockEmailResponse{Email: domain.NormalizeEmail(r.Email)}, func(ctx context.Context, seller domain.SellerID) error {
		return s.usher.Communities.Block(ctx, seller, r.Email)
	})
}

// UnblockEmail ends that.
func (s *communities) UnblockEmail(ctx context.Context, r *usherv1.UnblockEmailRequest) (*usherv1.UnblockEmailResponse, error) {
	return ofAddress(ctx, s.server, r, &usherv1.UnblockEmailResponse{Email: domain.NormalizeEmail(r.Email)}, func(ctx context.Context, seller domain.SellerID) error {
		return s.usher.Communities.Unblock(ctx, seller, r.Email)
	})
}
