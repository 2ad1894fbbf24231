package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/argoproj/argo-rollouts/analysis"
	"github.com/argoproj/argo-rollouts/controller/metrics"
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/pkg/client/clientset/versioned/fake"
	informers "github.com/argoproj/argo-rollouts/pkg/client/informers/externalversions"
	"github.com/argoproj/argo-rollouts/utils/queue"
	"github.com/argoproj/argo-rollouts/utils/record"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kubeinformers "k8s.io/client-go/informers"
	kubefake "k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
)

const (
	namespace = "default"
	// workers is Argo's default.
	workers = 30
	// patience is far more than any run takes that ends at all.
	patience = 5 * time.Minute
)

type ended struct {
	Name   string                     `json:"name"`
	Status v1alpha1.AnalysisRunStatus `json:"status"`
}

// runAll hands all AnalysisRuns to the controller and writes each with its final status.
func runAll(in io.Reader, out io.Writer) error {
	var runs []runtime.Object
	err := readLines(in, func(run v1alpha1.AnalysisRun) error {
		run.Namespace = namespace
		runs = append(runs, &run)
		return nil
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	client := fake.NewSimpleClientset(runs...)
	go func() { _ = controller(ctx, client).Run(ctx, workers) }()
	return writeEnded(ctx, client, len(runs), out)
}

// controller is Argo's own, as its main program puts it together, between clientsets that live in memory.
func controller(ctx context.Context, client *fake.Clientset) *analysis.Controller {
	kubeClient := kubefake.NewSimpleClientset()
	argo := informers.NewSharedInformerFactory(client, 0)
	kube := kubeinformers.NewSharedInformerFactory(kubeClient, 0)
	runs := argo.Argoproj().V1alpha1().AnalysisRuns()
	controller := analysis.NewController(analysis.ControllerConfig{
		KubeClientSet:        kubeClient,
		ArgoProjClientset:    client,
		AnalysisRunInformer:  runs,
		JobInformer:          kube.Batch().V1().Jobs(),
		JobPodsInformer:      kube.Core().V1().Pods(),
		AnalysisRunWorkQueue: workqueue.NewNamedRateLimitingQueue(queue.DefaultArgoRolloutsRateLimiter(), "AnalysisRuns"),
		MetricsServer:        metrics.NewMetricsServer(metrics.ServerConfig{K8SRequestProvider: &metrics.K8sRequestsCountProvider{}}),
		Recorder:             record.NewFakeEventRecorder(),
	})
	argo.Start(ctx.Done())
	kube.Start(ctx.Done())
	cache.WaitForCacheSync(ctx.Done(), runs.Informer().HasSynced)
	return controller
}

// writeEnded writes runs as they end.
func writeEnded(ctx context.Context, client *fake.Clientset, wanted int, out io.Writer) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	written := map[string]bool{}
	for len(written) < wanted {
		list, err := client.ArgoprojV1alpha1().AnalysisRuns(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		for _, run := range list.Items {
			if written[run.Name] || !run.Status.Phase.Completed() {
				continue
			}
			written[run.Name] = true
			if err := encoder.Encode(ended{Name: run.Name, Status: run.Status}); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d runs did not end within %s", wanted-len(written), wanted, patience)
		case <-time.After(200 * time.Millisecond):
		}
	}
	return nil
}
