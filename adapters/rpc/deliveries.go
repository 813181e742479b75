package rpc

import (
	"context"

	usherv1 "github.com/usherhq/usher/adapters/rpc/gen/usher/v1"
	"github.com/usherhq/usher/domain"
	"github.com/usherhq/usher/ports"
)

func (s *webhooks) ListDeliveries(ctx context.Context, r *usherv1.ListDeliveriesRequest) (*usherv1.ListDeliveriesResponse, error) {
	c, err := s.seller(ctx, domain.AccountScope)
	if err != nil {
		return nil, err
	}
	limit, before, err := pageOf(r)
	if err != nil {
		return nil, err
	}
	status, err := wordOf[domain.DeliveryStatus]("status", r.Status)
	if err != nil {
		return nil, err
	}
	q := ports.DeliveryQuery{WebhookID: domain.WebhookID(r.Webhook), Status: status, Before: before, Limit: limit + 1}
	all, err := s.usher.Webhooks.Deliveries(ctx, c.seller, q)
	if err != nil {
		return nil, err
	}
	told := &usherv1.ListDeliveriesResponse{}
	all, told.NextPageToken = page(all, limit, func(d domain.Delivery) ports.Cursor { return ports.Cursor{At: d.CreatedAt, ID: string(d.ID)} })
	for _, d := range all {
		told.Deliveries = append(told.Deliveries, deliveryOf(d))
	}
	return told, nil
}

func (s *webhooks) GetDelivery(ctx context.Context, r *usherv1.GetDeliveryRequest) (*usherv1.GetDeliveryResponse, error) {
	var m ports.Message
	_, d, err := owned(ctx, s.server, domain.AccountScope, domain.ErrDeliveryNotFound, func(seller domain.SellerID) (d domain.Delivery, err error) {
		d, m, err = s.usher.Webhooks.Delivery(ctx, seller, domain.DeliveryID(r.Delivery))
		return d, err
	})
	if err != nil {
		return nil, err
	}
	return &usherv1.GetDeliveryResponse{Delivery: deliveryOf(d), Url: m.URL, ContentType: m.ContentType, Body: string(m.Body)}, nil
}

func (s *webhooks) ReplayDelivery(ctx context.Context, r *usherv1.ReplayDeliveryRequest) (*usherv1.ReplayDeliveryResponse, error) {
	c, err := s.ours(ctx, domain.AccountScope, domain.ErrDeliveryNotFound)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ReplayDeliveryResponse, error) {
		d, err := s.usher.Webhooks.Replay(ctx, c.seller, domain.DeliveryID(r.Delivery))
		if err != nil {
			return nil, err
		}
		return &usherv1.ReplayDeliveryResponse{Delivery: deliveryOf(d)}, nil
	})
}

func (s *webhooks) ReplayFailedDeliveries(ctx context.Context, r *usherv1.ReplayFailedDeliveriesRequest) (*usherv1.ReplayFailedDeliveriesResponse, error) {
	c, err := s.mine(ctx)
	if err != nil {
		return nil, err
	}
	since, err := instant("since", r.Since)
	if err != nil {
		return nil, err
	}
	return onceOrAgain(ctx, s.server, c, r, func(ctx context.Context) (*usherv1.ReplayFailedDeliveriesResponse, error) {
		n, err := s.usher.Webhooks.ReplayFailed(ctx, c.seller, domain.WebhookID(r.Webhook), since)
		if err != nil {
			return nil, err
		}
		return &usherv1.ReplayFailedDeliveriesResponse{Replayed: small(n)}, nil
	})
}

func deliveryOf(d domain.Delivery) *usherv1.Delivery {
	return &usherv1.Delivery{
		Id: string(d.ID), Webhook: string(d.WebhookID), EventId: string(d.EventID), Event: d.Event, Topic: string(d.Topic), Subject: d.Subject,
		HappenedAt: stamp(d.At), Status: enumOf[usherv1.DeliveryStatus](d.Status), Tries: d.Tries, DueAt: stamp(d.DueAt), TriedAt: stamp(d.TriedAt),
		Answered: small(int(d.Answered)), Why: d.Why, DoneAt: stamp(d.DoneAt), CreatedAt: stamp(d.CreatedAt),
	}
}
