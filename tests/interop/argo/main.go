// Command argo answers with Argo Rollouts' own code, so that Serin can be held against it.
//
// Each subcommand reads one JSON object a line from standard input and writes one a line:
//
//	eval        conditions on a value: utils/evaluate
//	times       expressions of a range query's start and end: utils/evaluate
//	measure     one measurement of a web or Prometheus metric: metricproviders
//	run         whole AnalysisRuns, all at once: the analysis controller on in-memory clientsets
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/sirupsen/logrus"
)

// lineBytesLimit is the longest line that is read.
const lineBytesLimit = 64 << 20

func main() {
	logrus.SetOutput(io.Discard)
	if err := answer(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("one of eval, times, measure, run is wanted, not %q", args)
	}
	switch args[0] {
	case "eval":
		return eachLine(in, out, evaluateLine)
	case "times":
		return eachLine(in, out, timeLine)
	case "measure":
		return eachLine(in, out, measureLine)
	case "run":
		return runAll(in, out)
	}
	return fmt.Errorf("%q is none of eval, times, measure, run", args[0])
}

// eachLine answers line by line, in order.
func eachLine[Question, Answer any](in io.Reader, out io.Writer, answer func(Question) Answer) error {
	writer := bufio.NewWriter(out)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	err := readLines(in, func(question Question) error { return encoder.Encode(answer(question)) })
	if err != nil {
		return err
	}
	return writer.Flush()
}

// readLines decodes each line. A line that is none of ours is a mistake of whoever wrote it, and ends everything.
func readLines[Question any](in io.Reader, take func(Question) error) error {
	scanner := bufio.NewScanner(in)
	scanner.Buffer(make([]byte, 1<<20), lineBytesLimit)
	for number := 1; scanner.Scan(); number++ {
		var question Question
		if err := json.Unmarshal(scanner.Bytes(), &question); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		if err := take(question); err != nil {
			return err
		}
	}
	return scanner.Err()
}
