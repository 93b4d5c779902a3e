// Command otelcol is the OpenTelemetry Collector with just what the tests use: it receives OTLP, may refuse it for
// want of memory, and writes what it received into a file or sends it on. It exists for machines that reach no container registry; where
// one is reachable, the tests run the published image with the same configuration.
package main

import (
	"fmt"
	"os"

	"github.com/open-telemetry/opentelemetry-collector-contrib/exporter/fileexporter"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/otlphttpexporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/batchprocessor"
	"go.opentelemetry.io/collector/processor/memorylimiterprocessor"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
)

const version = "0.159.0"

func factories() (otelcol.Factories, error) {
	otlp := otlpreceiver.NewFactory()
	limiter, batch := memorylimiterprocessor.NewFactory(), batchprocessor.NewFactory()
	file, onward := fileexporter.NewFactory(), otlphttpexporter.NewFactory()
	return otelcol.Factories{
		Receivers:  map[component.Type]receiver.Factory{otlp.Type(): otlp},
		Processors: map[component.Type]processor.Factory{limiter.Type(): limiter, batch.Type(): batch},
		Exporters:  map[component.Type]exporter.Factory{file.Type(): file, onward.Type(): onward},
		Telemetry:  otelconftelemetry.NewFactory(),
	}, nil
}

func main() {
	settings := otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "otelcol", Description: "collector for tests", Version: version},
		Factories: factories,
	}
	settings.ConfigProviderSettings.ResolverSettings.ProviderFactories = []confmap.ProviderFactory{
		fileprovider.NewFactory(),
		envprovider.NewFactory(), // the command's default scheme; it does not start without
	}
	if err := otelcol.NewCommand(settings).Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
