package boltstore

import (
	"hexiao/kiosk"
)

// listPage is how many orders are read in one transaction: a long one would
// hold up writers when the file grows.
const listPage = 256

// Order gives an order of the set and what has happened to it; ok is false when
// it is not in the set or cannot be read.
func (s *Store) Order(id kiosk.OrderID) (kiosk.Order, kiosk.OrderState, bool) {
	o, ok, err := s.orders.order(id)
	if err != nil || !ok {
		return kiosk.Order{}, kiosk.OrderState{}, false
	}
	state, err := s.states.get(id)
	return o, state.Merge(o), err == nil
}

// Orders calls fn with every order of the set and its state, by id, until fn
// returns an error, which Orders then returns. Changes that come meanwhile are
// seen or not.
func (s *Store) Orders(fn func(kiosk.Order, kiosk.OrderState) error) error {
	var after kiosk.OrderID
	for {
		orders, err := s.orders.page(after, listPage)
		if err != nil {
			return err
		}
		for _, o := range orders {
			state, err := s.states.get(o.ID)
			if err != nil {
				return err
			}
			if err := fn(o, state.Merge(o)); err != nil {
				return err
			}
			after = o.ID
		}
		if len(orders) < listPage {
			return nil
		}
	}
}
