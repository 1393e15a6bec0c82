// Sends events with the CloudEvents SDK for Go in every mode that it has: main <url> <type>.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/v2"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
)

func event(id string, kind string, n int) cloudevents.Event {
	e := cloudevents.NewEvent()
	e.SetID(id)
	e.SetSource("/go")
	e.SetType(kind)
	e.SetSubject("Käse 100%")
	e.SetTime(time.Date(2018, 4, 5, 17, 31, 0, 123456789, time.UTC))
	e.SetExtension("comexample", 7)
	must(e.SetData(cloudevents.ApplicationJSON, map[string]any{"n": n, "text": "Grüße, 🌎"}))
	return e
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	url, kind := os.Args[1], os.Args[2]
	ctx := context.Background()
	protocol, err := cloudevents.NewHTTP(cloudevents.WithTarget(url), cehttp.WithHeader("x-api-key", "local"))
	must(err)
	client, err := cloudevents.NewClient(protocol)
	must(err)
	for n, mode := range []context.Context{cloudevents.WithEncodingBinary(ctx), cloudevents.WithEncodingStructured(ctx)} {
		if result := client.Send(mode, event(fmt.Sprintf("go-%d", n), kind, n)); !cloudevents.IsACK(result) {
			must(fmt.Errorf("it was not accepted: %w", result))
		}
	}
	batch := []cloudevents.Event{event("go-2", kind, 2), event("go-3", kind, 3)}
	request, err := cehttp.NewHTTPRequestFromEvents(ctx, url, batch)
	must(err)
	request.Header.Set("x-api-key", "local")
	response, err := http.DefaultClient.Do(request)
	must(err)
	if response.StatusCode != 202 {
		must(fmt.Errorf("the batch was answered with %s", response.Status))
	}
}
