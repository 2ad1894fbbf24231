package main

import (
	"encoding/json"
	"fmt"

	"github.com/argoproj/argo-rollouts/metric"
	"github.com/argoproj/argo-rollouts/metricproviders/prometheus"
	"github.com/argoproj/argo-rollouts/metricproviders/webmetric"
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/sirupsen/logrus"
)

type measurement struct {
	Phase    string            `json:"phase"`
	Value    string            `json:"value"`
	Message  string            `json:"message"`
	Metadata map[string]string `json:"metadata,omitempty"`
	// Panic is what would have ended the controller's process.
	Panic string `json:"panic,omitempty"`
}

// measureLine takes one measurement of a metric as it stands in an AnalysisTemplate.
func measureLine(asked v1alpha1.Metric) (answer measurement) {
	defer func() {
		if cause := recover(); cause != nil {
			answer = measurement{Panic: fmt.Sprint(cause)}
		}
	}()
	provider, err := providerOf(asked)
	if err != nil {
		return measurement{Phase: string(v1alpha1.AnalysisPhaseError), Message: err.Error()}
	}
	taken := provider.Run(&v1alpha1.AnalysisRun{}, asked)
	return measurement{
		Phase:    string(taken.Phase),
		Value:    taken.Value,
		Message:  taken.Message,
		Metadata: taken.Metadata,
	}
}

// providerOf makes the provider as Argo's ProviderFactory does.
func providerOf(asked v1alpha1.Metric) (metric.Provider, error) {
	log := *logrus.NewEntry(logrus.StandardLogger())
	switch {
	case asked.Provider.Prometheus != nil:
		api, err := prometheus.NewPrometheusAPI(asked)
		if err != nil {
			return nil, err
		}
		return prometheus.NewPrometheusProvider(api, log, asked)
	case asked.Provider.Web != nil:
		client, err := webmetric.NewWebMetricHttpClient(asked)
		if err != nil {
			return nil, err
		}
		parser, err := webmetric.NewWebMetricJsonParser(asked)
		if err != nil {
			return nil, err
		}
		return webmetric.NewWebMetricProvider(log, client, parser), nil
	}
	text, _ := json.Marshal(asked.Provider)
	return nil, fmt.Errorf("neither web nor prometheus: %s", text)
}
