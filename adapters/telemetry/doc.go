// Package telemetry measures a server: what is asked of it and what it does beside
// that, as OpenTelemetry metrics that Prometheus can fetch and as traces that are
// sent to a collector.
//
//	t, err := telemetry.Open(ctx, telemetry.Options{Metrics: true, Version: version, Logger: log})
//	defer t.Close(ctx)
//	u.Worker.WatchedBy(t.Watch)
//	t.MeasureBacklog(u.Worker.Backlog)
//	http.ListenAndServe("127.0.0.1:9464", t.Metrics())
//	http.ListenAndServe("127.0.0.1:8080", t.Handler(handler, route))
//
// # Metrics
//
//	http_server_request_duration_seconds   histogram of requests that were answered: http_route, http_request_method, http_response_status_code; rpc_grpc_status_code of gRPC
//	http_server_active_requests            requests at work
//	usher_job_duration_seconds             histogram of jobs: kind, outcome (finished, again, retry, dead), error_type
//	usher_jobs_due                         jobs that are due, at work or not: kind
//	usher_jobs_oldest_due_seconds          for how long the first of them is: kind
//	usher_jobs_dead                        jobs that were given up
//	usher_events_waiting                   events that were not turned into jobs yet
//	usher_events_oldest_seconds            how old the first of them is
//	usher_deliveries_waiting               what webhooks have not been told yet
//	go_*, process_*                        the Go runtime and the process
//
// The queue is counted when somebody fetches, up to 10,000 of each sort and within a
// second; if the store does not answer by then, its metrics are left out.
//
// # Traces
//
// A span for each request, named by its method and route, which goes on from the
// caller's traceparent, and one for each job, named by its kind. They are sent over
// OTLP and HTTP only where OTEL_EXPORTER_OTLP_ENDPOINT or
// OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set; the other OTEL_ variables of the
// libraries hold, too.
//
// # Decisions
//
// No label, name or attribute is made from what a caller sent: a route is its
// pattern, and what has none is "other"; a method that is not one of HTTP's is
// "_OTHER". Of traceparent only its three numbers are taken over, and of tracestate and
// baggage nothing. So no key, address or token is in what leaves here.
//
// The ready-made middleware of the libraries (otelhttp, otelconnect) is not used: it
// notes paths, queries and addresses of callers, and in some of ours lies a secret.
package telemetry
