// Prints the daemon's alerts, one JSON object a line.
//
//	go run . -socket /run/falco/falco.sock           all alerts as they come
//	go run . -get                                    only those that are waiting
//	go run . -version                                the daemon's version
//
// The messages are those of Falco's own client library, whose programs work unchanged. `go mod tidy` fetches it. Without a
// network, Debian's packages do, and messages generated from proto/ (see ../../tests/grpc.rs).
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
	"strings"

	"github.com/falcosecurity/client-go/pkg/api/outputs"
	"github.com/falcosecurity/client-go/pkg/api/version"
	"google.golang.org/grpc"
)

func main() {
	socket := flag.String("socket", "/run/falco/falco.sock", "the daemon's socket")
	get := flag.Bool("get", false, "only the alerts that are waiting")
	count := flag.Int("count", 0, "end after so many alerts")
	showVersion := flag.Bool("version", false, "the daemon's version")
	flag.Parse()
	log.SetFlags(0)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	connection, err := grpc.DialContext(ctx, "unix://"+*socket, grpc.WithInsecure())
	if err != nil {
		log.Fatalf("cannot connect: %v", err)
	}
	defer connection.Close()

	if *showVersion {
		answer, err := version.NewServiceClient(connection).Version(ctx, &version.Request{})
		if err != nil {
			log.Fatalf("version: %v", err)
		}
		fmt.Println(answer.Version)
		return
	}
	next, err := alerts(ctx, outputs.NewServiceClient(connection), *get)
	if err != nil {
		log.Fatalf("cannot ask for alerts: %v", err)
	}
	for seen := 0; *count == 0 || seen < *count; seen++ {
		alert, err := next()
		if err == io.EOF || ctx.Err() != nil {
			return
		}
		if err != nil {
			log.Fatalf("stream: %v", err)
		}
		line, err := json.Marshal(map[string]any{
			"time":          alert.Time.AsTime(),
			"priority":      priority(alert),
			"rule":          alert.Rule,
			"source":        alert.Source,
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

// alerts asks for alerts and gives the function that waits for the next one.
func alerts(ctx context.Context, service outputs.ServiceClient, get bool) (func() (*outputs.Response, error), error) {
	if get {
		stream, err := service.Get(ctx, &outputs.Request{})
		if err != nil {
			return nil, err
		}
		return stream.Recv, nil
	}
	stream, err := service.Sub(ctx)
	if err != nil {
		return nil, err
	}
	return stream.Recv, stream.Send(&outputs.Request{})
}

// priority gives the name as rules write it: Error, not ERROR.
func priority(alert *outputs.Response) string {
	name := alert.Priority.String()
	return name[:1] + strings.ToLower(name[1:])
}
