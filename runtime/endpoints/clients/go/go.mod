module github.com/rulec/rulec/clients/go

go 1.20

require github.com/falcosecurity/client-go v0.5.0
