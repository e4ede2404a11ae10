module github.com/rulec/rulec/clients/go

go 1.18

require (
	github.com/falcosecurity/client-go v0.6.1
	google.golang.org/grpc v1.56.3
)
