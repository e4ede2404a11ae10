// Prints the daemon's alerts, one JSON object a line.
//
//	go run . -socket /run/falco/falco.sock
//
// It uses the client library that Falco's own tools used, so that it also shows that those still work.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"

	"github.com/falcosecurity/client-go/pkg/api/outputs"
	"github.com/falcosecurity/client-go/pkg/client"
)

func main() {
	socket := flag.String("socket", "/run/falco/falco.sock", "the daemon's socket")
	get := flag.Bool("get", false, "only the alerts that are waiting")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	connection, err := client.NewForConfig(ctx, &client.Config{UnixSocketPath: "unix://" + *socket})
	if err != nil {
		log.Fatalf("cannot connect: %v", err)
	}
	defer connection.Close()

	service, err := connection.Outputs()
	if err != nil {
		log.Fatalf("no alerts: %v", err)
	}
	var next func() (*outputs.Response, error)
	if *get {
		stream, err := service.Get(ctx, &outputs.Request{})
		if err != nil {
			log.Fatalf("get: %v", err)
		}
		next = stream.Recv
	} else {
		stream, err := service.Sub(ctx)
		if err != nil {
			log.Fatalf("sub: %v", err)
		}
		if err := stream.Send(&outputs.Request{}); err != nil {
			log.Fatalf("sub: %v", err)
		}
		next = stream.Recv
	}
	for {
		alert, err := next()
		if err == io.EOF || ctx.Err() != nil {
			return
		}
		if err != nil {
			log.Fatalf("stream: %v", err)
		}
		line, err := json.Marshal(map[string]any{
			"time":          alert.Time.AsTime(),
			"priority":      alert.Priority.String(),
			"rule":          alert.Rule,
			"hostname":      alert.Hostname,
			"tags":          alert.Tags,
			"output":        alert.Output,
			"output_fields": alert.OutputFields,
		})
		if err != nil {
			log.Fatalf("alert: %v", err)
		}
		fmt.Println(string(line))
	}
}
