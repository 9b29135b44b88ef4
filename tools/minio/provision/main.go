// Command provision prepares an empty MinIO for the portal: its buckets, and a service account that reaches those
// buckets and nothing else. The root key never leaves the supervisor: whoever sees a presigned URL sees the access key
// that signed it, so that key must not be worth much.
//
// Everything arrives by the environment, so that no key is on a command line:
// ENDPOINT (host:port), ROOT_USER, ROOT_PASSWORD, ACCESS_KEY, SECRET_KEY, REGION, BUCKETS (comma separated; created),
// BUCKET_PATTERNS (comma separated; what the service account may reach, for example "vitrine,vitrine-test-*").
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := provision(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func provision(ctx context.Context) error {
	endpoint, region := os.Getenv("ENDPOINT"), os.Getenv("REGION")
	root := credentials.NewStaticV4(os.Getenv("ROOT_USER"), os.Getenv("ROOT_PASSWORD"), "")
	client, err := minio.New(endpoint, &minio.Options{Creds: root, Region: region})
	if err != nil {
		return err
	}
	for _, bucket := range strings.Split(os.Getenv("BUCKETS"), ",") {
		exists, err := client.BucketExists(ctx, bucket)
		if err != nil {
			return fmt.Errorf("looking for bucket %s: %w", bucket, err)
		}
		if exists {
			continue
		}
		if err := client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: region}); err != nil {
			return fmt.Errorf("creating bucket %s: %w", bucket, err)
		}
	}
	admin, err := madmin.NewWithOptions(endpoint, &madmin.Options{Creds: root})
	if err != nil {
		return err
	}
	return ensureServiceAccount(ctx, admin)
}

func ensureServiceAccount(ctx context.Context, admin *madmin.AdminClient) error {
	policy, err := bucketPolicy(strings.Split(os.Getenv("BUCKET_PATTERNS"), ","))
	if err != nil {
		return err
	}
	access, secret := os.Getenv("ACCESS_KEY"), os.Getenv("SECRET_KEY")
	if _, err := admin.InfoServiceAccount(ctx, access); err == nil {
		return admin.UpdateServiceAccount(ctx, access, madmin.UpdateServiceAccountReq{NewPolicy: policy, NewSecretKey: secret})
	}
	_, err = admin.AddServiceAccount(ctx, madmin.AddServiceAccountReq{
		Policy: policy, AccessKey: access, SecretKey: secret, Name: "vitrine-portal",
	})
	return err
}

func bucketPolicy(patterns []string) (json.RawMessage, error) {
	var resources []string
	for _, pattern := range patterns {
		resources = append(resources, "arn:aws:s3:::"+pattern, "arn:aws:s3:::"+pattern+"/*")
	}
	return json.Marshal(map[string]any{
		"Version":   "2012-10-17",
		"Statement": []any{map[string]any{"Effect": "Allow", "Action": []string{"s3:*"}, "Resource": resources}},
	})
}
