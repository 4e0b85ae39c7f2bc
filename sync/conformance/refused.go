package conformance

import (
	"hexiao/kiosk"
	"hexiao/sync/wire"
)

// Batches that break the contract. None may change anything.

func brokenGap(s *suite) ([]byte, wire.ErrorCode, error) {
	b, err := s.signIn()
	if err != nil {
		return nil, "", err
	}
	body := wire.NewBatch(b)
	body.Records[0].Seq++
	raw, err := wire.EncodeBody(body)
	return raw, wire.CodeBrokenChain, err
}

func brokenEnd(s *suite) ([]byte, wire.ErrorCode, error) {
	b, err := s.signIn()
	if err != nil {
		return nil, "", err
	}
	body := wire.NewBatch(b)
	body.Head.Hash = kiosk.Hash{1}.String()
	raw, err := wire.EncodeBody(body)
	return raw, wire.CodeBrokenChain, err
}

func noJSON(*suite) ([]byte, wire.ErrorCode, error) {
	raw, err := wire.EncodeBody([]string{"no batch"})
	return raw, wire.CodeMalformed, err
}

func noGzip(*suite) ([]byte, wire.ErrorCode, error) {
	return []byte(`{"records":[]}`), wire.CodeMalformed, nil
}

func noRecords(s *suite) ([]byte, wire.ErrorCode, error) {
	raw, err := wire.EncodeBody(wire.NewBatch(s.batch()))
	return raw, wire.CodeMalformed, err
}

func tooMany(s *suite) ([]byte, wire.ErrorCode, error) {
	b := s.batch()
	r, err := s.record(0, kiosk.SignedIn{By: "conformance"})
	if err != nil {
		return nil, "", err
	}
	for i := range uint64(wire.MaxRecords) + 1 {
		r.Seq = b.Prev.Seq + i + 1
		b.Records = append(b.Records, r)
	}
	raw, err := wire.EncodeBody(wire.NewBatch(b))
	return raw, wire.CodeTooLarge, err
}

func tooLarge(s *suite) ([]byte, wire.ErrorCode, error) {
	b := s.batch()
	b.Records = []kiosk.Record{{Epoch: 1, Seq: b.Prev.Seq + 1, Payload: make([]byte, wire.MaxPayloadBytes+1)}}
	raw, err := wire.EncodeBody(wire.NewBatch(b))
	return raw, wire.CodeTooLarge, err
}

func tooBig(*suite) ([]byte, wire.ErrorCode, error) {
	raw, err := bomb()
	return raw, wire.CodeTooLarge, err
}
