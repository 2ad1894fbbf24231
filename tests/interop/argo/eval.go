package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/utils/evaluate"
	"github.com/sirupsen/logrus"
)

// condition is a line of `serin eval --batch`.
type condition struct {
	ID      json.RawMessage `json:"id"`
	Kind    string          `json:"kind"`
	Result  json.RawMessage `json:"result"`
	Success string          `json:"success"`
	Failure string          `json:"failure"`
}

type outcome struct {
	ID    json.RawMessage `json:"id"`
	Phase string          `json:"phase"`
	Error string          `json:"error,omitempty"`
}

func evaluateLine(line condition) outcome {
	result, err := decodeResult(line.Kind, line.Result)
	if err != nil {
		return outcome{ID: line.ID, Phase: string(v1alpha1.AnalysisPhaseError), Error: err.Error()}
	}
	metric := v1alpha1.Metric{SuccessCondition: line.Success, FailureCondition: line.Failure}
	phase, err := evaluate.EvaluateResult(result, metric, *logrus.NewEntry(logrus.StandardLogger()))
	return outcome{ID: line.ID, Phase: string(phase), Error: errorText(err)}
}

type expression struct {
	Text string `json:"text"`
}

type instant struct {
	At    string `json:"at,omitempty"`
	Error string `json:"error,omitempty"`
}

func timeLine(line expression) instant {
	at, err := evaluate.EvalTime(line.Text)
	if err != nil {
		return instant{Error: err.Error()}
	}
	return instant{At: at.UTC().Format(time.RFC3339Nano)}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// decodeResult gives the value the type that Argo's provider of that kind gives it.
func decodeResult(kind string, raw json.RawMessage) (any, error) {
	var value any
	if len(raw) != 0 {
		if err := json.Unmarshal(raw, &value); err != nil {
			return nil, err
		}
	}
	switch kind {
	case "", "web":
		return value, nil
	case "prometheus":
		return prometheusResult(value)
	}
	return nil, fmt.Errorf("unknown kind %q", kind)
}

// prometheusResult is a scalar or a vector; no data at all is an empty vector.
func prometheusResult(value any) (any, error) {
	list, isList := value.([]any)
	switch {
	case value == nil:
		return []float64{}, nil
	case !isList:
		return sample(value)
	}
	samples := make([]float64, 0, len(list))
	for _, element := range list {
		number, err := sample(element)
		if err != nil {
			return nil, err
		}
		samples = append(samples, number)
	}
	return samples, nil
}

// sample is a number, or a string that is one, as in Prometheus' own answers.
func sample(value any) (float64, error) {
	switch v := value.(type) {
	case float64:
		return v, nil
	case string:
		number, err := strconv.ParseFloat(v, 64)
		if errors.Is(err, strconv.ErrRange) && math.IsInf(number, 0) {
			return number, nil
		}
		return number, err
	}
	return 0, fmt.Errorf("%T is no sample", value)
}
