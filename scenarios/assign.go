package scenarios

import (
	"fmt"
	"reflect"

	"github.com/yuin/gopher-lua/ast"
)

// In gopher-lua 1.1.2 an assignment of several values writes the first variable
// before it has read the last value, so that a, b = b, a makes both the same
// (its issue 440). straighten rewrites such a statement: the values go into new
// locals first, and so do the tables and keys on the left; then each target is
// assigned by a statement of its own.

// straighten rewrites every assignment below v, which is a part of a syntax
// tree.
func straighten(v reflect.Value) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if !v.IsNil() {
			straighten(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				straighten(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			straighten(v.Index(i))
		}
		stmts, ok := v.Interface().([]ast.Stmt)
		for i := 0; ok && i < len(stmts); i++ {
			if s, is := stmts[i].(*ast.AssignStmt); is && len(s.Rhs) > 1 && hasVariable(s.Lhs) {
				stmts[i] = inTurn(s)
			}
		}
	}
}

func hasVariable(list []ast.Expr) bool {
	for _, e := range list {
		if _, ok := e.(*ast.IdentExpr); ok {
			return true
		}
	}
	return false
}

// inTurn is the block that assigns safely.
func inTurn(s *ast.AssignStmt) ast.Stmt {
	block := &ast.DoBlockStmt{}
	at := func(p ast.PositionHolder) {
		p.SetLine(s.Line())
		p.SetLastLine(s.LastLine())
	}
	var names []string
	name := func() *ast.IdentExpr {
		e := &ast.IdentExpr{Value: fmt.Sprintf(" %d", len(names))} // no name that a file can have
		names = append(names, e.Value)
		at(e)
		return e
	}
	local := &ast.LocalAssignStmt{}
	put := func(e ast.Expr) ast.Expr {
		if _, constant := e.(ast.ConstExpr); constant {
			return e
		}
		n := name()
		local.Exprs = append(local.Exprs, e)
		return n
	}
	targets := make([]ast.Expr, len(s.Lhs))
	for i, e := range s.Lhs {
		targets[i] = e
		if t, ok := e.(*ast.AttrGetExpr); ok {
			target := &ast.AttrGetExpr{Object: put(t.Object), Key: put(t.Key)}
			at(target)
			targets[i] = target
		}
	}
	values := make([]ast.Expr, len(s.Lhs))
	for i := range values {
		values[i] = name()
	}
	local.Names, local.Exprs = names, append(local.Exprs, s.Rhs...)
	at(local)
	block.Stmts = append(block.Stmts, local)
	for i := range targets {
		one := &ast.AssignStmt{Lhs: targets[i : i+1], Rhs: values[i : i+1]}
		at(one)
		block.Stmts = append(block.Stmts, one)
	}
	at(block)
	return block
}
