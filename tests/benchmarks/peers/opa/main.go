// Command opa times the decisions of Open Policy Agent over the policies and requests that
// `policy_bench --dump DIR` wrote, translated to Rego, and fails if any verdict is not Remit's.
//
//	opa [-rounds N] [-seconds S] DIR [NAME...]
//
// A line for each case: its name, then names and values.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

const leastSample = 100 // requests of a round

func namesIn(dir string) ([]string, error) {
	const suffix = ".policy.json"
	paths, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil || len(paths) == 0 {
		return nil, errors.Join(fmt.Errorf("%s: no *%s", dir, suffix), err)
	}
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = strings.TrimSuffix(filepath.Base(path), suffix)
	}
	slices.Sort(names)
	return names, nil
}

func runOne(dir, name string, rounds int, budget time.Duration) error {
	ctx := context.Background()
	c, err := load(ctx, dir, name)
	if err != nil {
		return err
	}
	r, err := c.measure(ctx, rounds, budget)
	if err != nil {
		return err
	}
	fmt.Printf("%s p50_ns %d p99_ns %d compile_us %d verdicts %d rounds %d of %d\n", name, r.p50.Nanoseconds(),
		r.p99.Nanoseconds(), c.compile.Microseconds(), len(c.expected), r.rounds, r.sample)
	return nil
}

func run(dir string, names []string, rounds int, budget time.Duration) error {
	if len(names) == 0 {
		var err error
		if names, err = namesIn(dir); err != nil {
			return err
		}
	}
	for _, name := range names {
		if err := runOne(dir, name, rounds, budget); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func main() {
	rounds := flag.Int("rounds", 20, "the most rounds of a case")
	seconds := flag.Float64("seconds", 1, "what the rounds of a case may take")
	flag.Parse()
	if flag.NArg() < 1 || *rounds < 1 || *seconds <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	// One thread, and a collector that seldom runs within a round. Without any, decisions are a
	// tenth slower: each then touches memory that was never used before.
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(400)
	budget := time.Duration(*seconds * float64(time.Second))
	if err := run(flag.Arg(0), flag.Args()[1:], *rounds, budget); err != nil {
		fmt.Fprintln(os.Stderr, "opa:", err)
		os.Exit(1)
	}
}
