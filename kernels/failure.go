package kernels

// Failure is what an operation panics with that a device could not do: its memory
// is full, or it is lost. [Guard] makes an error of it.
type Failure struct{ Err error }

func (f *Failure) Error() string { return f.Err.Error() }
func (f *Failure) Unwrap() error { return f.Err }

// Guard turns a Failure into the error of the function that defers it.
func Guard(err *error) {
	switch f := recover().(type) {
	case nil:
	case *Failure:
		*err = f
	default:
		panic(f)
	}
}
