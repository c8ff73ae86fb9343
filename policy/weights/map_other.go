//go:build !unix

package weights

import "os"

// mapFile is a file's bytes in memory, which must not be written.
func mapFile(path string) (data []byte, unmap func() error, err error) {
	data, err = os.ReadFile(path)
	return data, func() error { return nil }, err
}
