package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
)

// benchCase is a policy's engine with the requests it is asked and Remit's verdicts about them.
type benchCase struct {
	engine   *engine
	inputs   []*ast.Term
	expected []string
	compile  time.Duration
}

type result struct {
	p50, p99 time.Duration
	rounds   int
	sample   int // requests of a round
}

func load(ctx context.Context, dir, name string) (*benchCase, error) {
	p, err := readPolicy(filepath.Join(dir, name+".policy.json"))
	if err != nil {
		return nil, err
	}
	requests, err := readRequests(filepath.Join(dir, name+".requests.jsonl"))
	if err != nil {
		return nil, err
	}
	c := &benchCase{}
	if len(requests) == 0 {
		return nil, errors.New("no requests")
	}
	bools := boolKeys(p)
	for i := range requests {
		c.inputs = append(c.inputs, input(&requests[i], bools))
		c.expected = append(c.expected, requests[i].Expected)
	}
	module, err := translate(p)
	if err != nil {
		return nil, err
	}
	from := time.Now()
	c.engine, err = newEngine(ctx, module)
	c.compile = time.Since(from)
	return c, err
}

func (c *benchCase) check(ctx context.Context, i int) error {
	got, err := c.engine.decide(ctx, c.inputs[i])
	if err != nil {
		return err
	}
	if got != c.expected[i] {
		return fmt.Errorf("request %d: OPA says %q, Remit %q", i+1, got, c.expected[i])
	}
	return nil
}

func (c *benchCase) checkAll(ctx context.Context) error {
	for i := range c.inputs {
		if err := c.check(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func percentile(samples []time.Duration, percent int) time.Duration {
	slices.Sort(samples)
	return samples[(len(samples)-1)*percent/100]
}

func clockCost() time.Duration {
	samples := make([]time.Duration, 10001)
	for i := range samples {
		from := time.Now()
		samples[i] = time.Since(from)
	}
	return percentile(samples, 50)
}

// stride is how many requests a round steps over so that it ends in a fifth of the budget.
func stride(requests int, whole, budget time.Duration) int {
	step := int(whole*5/budget) + 1
	return max(1, min(step, requests/leastSample))
}

// measure goes as policy_bench does: each decision by the clock before and behind it, less what
// reading the clock takes; p50 of the best round, p99 over all. A case that is slow has shorter
// rounds, and fewer: at least three, until the budget is spent.
func (c *benchCase) measure(ctx context.Context, most int, budget time.Duration) (result, error) {
	from := time.Now()
	if err := c.checkAll(ctx); err != nil {
		return result{}, err
	}
	out := result{}
	step := stride(len(c.inputs), time.Since(from), budget)
	cost := clockCost()
	var all []time.Duration
	for from = time.Now(); out.rounds < most && (out.rounds < 3 || time.Since(from) < budget); out.rounds++ {
		runtime.GC()
		round, err := c.round(ctx, out.rounds%step, step, cost)
		if err != nil {
			return result{}, err
		}
		if p50 := percentile(round, 50); out.rounds == 0 || p50 < out.p50 {
			out.p50 = p50
		}
		out.sample = len(round)
		all = append(all, round...)
	}
	out.p99 = percentile(all, 99)
	return out, nil
}

func (c *benchCase) round(ctx context.Context, first, step int, cost time.Duration) ([]time.Duration, error) {
	round := make([]time.Duration, 0, len(c.inputs)/step+1)
	for i := first; i < len(c.inputs); i += step {
		from := time.Now()
		err := c.check(ctx, i)
		round = append(round, time.Since(from)-cost)
		if err != nil {
			return nil, err
		}
	}
	return round, nil
}
