//===- Plan.td - One rank's program -------------------------*- tablegen -*-===//
//
// 1:1 with runtime/plan/plan.fbs: what these ops say, the emitter writes down.
// Buffers are memrefs at fixed offsets in one arena; instructions name them.
//
//===----------------------------------------------------------------------===//
#ifndef SFT_PLAN_TD
#define SFT_PLAN_TD

include "dialects/plan/PlanEnums.td"
include "dialects/sft/Attributes.td"
include "dialects/sft/Kernel.td"
include "dialects/sft/Step.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"

def Plan_Dialect : Dialect {
  let name = "plan";
  let cppNamespace = "::sft::plan";
  let summary = "Per-rank programs: a closed set of machine-level instructions";
  let dependentDialects = ["::sft::SftDialect"];
}

class Plan_Op<string mnemonic, list<Trait> traits = []>
    : Op<Plan_Dialect, mnemonic, traits>;

defvar Plan_Memory = AnyMemRef;

//===----------------------------------------------------------------------===//
// The program and its tables
//===----------------------------------------------------------------------===//

def Plan_ProgramOp : Plan_Op<"program", [Symbol, SymbolTable, NoTerminator,
                                         SingleBlock]> {
  let summary = "What one role of ranks does";
  let description = [{
    ```mlir
    plan.program @spmd arena 65536 {
      %x = plan.buffer "x" input at 0 bytes 4096 : memref<16x64xf32>
      ...
      plan.function @gradients { ... }
      plan.entry gradients @gradients
    }
    plan.program @stage1 at {pipe = 1 : i64} arena 65536 { ... }
    ```

    `at` says who runs it: the ranks with these coordinates on these mesh axes;
    all ranks without it.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$arena_bytes,
                       OptionalAttr<DictionaryAttr>:$role);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat =
      "$sym_name (`at` $role^)? `arena` $arena_bytes attr-dict-with-keyword $body";
}

def Plan_BufferOp : Plan_Op<"buffer"> {
  let summary = "Bytes of the arena";
  let description = [{
    `parent` is the buffer of which this one is a part (of a bucket, a view). For parameters
    and state, `of` is the global type and `sharding` says which part this is.
    Constraints: 1. the offset is a multiple of 64, a view's of its element's
    size.
  }];
  let arguments = (ins StrAttr:$name, Plan_BufferKind:$kind, I64Attr:$offset,
                       I64Attr:$bytes, Optional<Plan_Memory>:$parent,
                       OptionalAttr<TypeAttr>:$global_type,
                       OptionalAttr<Sft_ShardingAttr>:$sharding);
  let results = (outs Plan_Memory:$memory);
  let assemblyFormat = [{
    $name $kind `at` $offset `bytes` $bytes (`in` $parent^ `:` type($parent))?
    (`of` $global_type^)? (`sharding` $sharding^)? attr-dict `:` type($memory)
  }];
  let hasVerifier = 1;
}

def Plan_InputOp : Plan_Op<"input"> {
  let summary = "A model input and the buffers that hold this rank's rows";
  let description = [{
    `rows` is how many rows the buffers have room for; the last of the ranks that
    share the batch may get fewer, and zeros behind them. `below` limits the
    elements of each row, as in sft.step.
  }];
  let arguments = (ins StrAttr:$name, Variadic<Plan_Memory>:$buffers,
                       I64Attr:$rows,
                       TypeAttr:$global_type, Sft_ShardingAttr:$sharding,
                       OptionalAttr<DenseI64ArrayAttr>:$index_limits);
  let assemblyFormat = [{
    $name `(` $buffers `)` `rows` $rows `of` $global_type `sharding` $sharding
    (`below` $index_limits^)? attr-dict `:` type($buffers)
  }];
}

def Plan_ScalarOp : Plan_Op<"scalar"> {
  let summary = "A number that the runtime writes";
  let arguments = (ins Sft_RuntimeScalarKind:$kind, Plan_Memory:$buffer,
                       OptionalAttr<F64Attr>:$default_value,
                       OptionalAttr<I64Attr>:$axis);
  let assemblyFormat = [{
    $kind $buffer (`default` $default_value^)? (`axis` $axis^)? attr-dict `:`
    type($buffer)
  }];
}

def Plan_FunctionOp : Plan_Op<"function", [Symbol, NoTerminator, SingleBlock]> {
  let summary = "Instructions in order";
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
}

def Plan_EntryOp : Plan_Op<"entry"> {
  let summary = "The function for a phase of the run";
  let arguments = (ins Plan_EntryKind:$kind, FlatSymbolRefAttr:$function);
  let assemblyFormat = "$kind $function attr-dict";
}

//===----------------------------------------------------------------------===//
// Instructions
//===----------------------------------------------------------------------===//

def Plan_LaunchOp : Plan_Op<"launch"> {
  let summary = "Calls a generated kernel";
  let description = [{
    `access` has one number an argument: 1 reads, 2 writes, 3 both.
    Constraints: 1. one access an argument.
  }];
  let arguments = (ins StrAttr:$symbol, Variadic<Plan_Memory>:$args,
                       DenseI64ArrayAttr:$access, I64Attr:$extent,
                       UnitAttr:$parallel);
  let assemblyFormat = [{
    $symbol `(` $args `)` `access` $access `extent` $extent
    (`parallel` $parallel^)? attr-dict `:` type($args)
  }];
  let hasVerifier = 1;
}

def Plan_ContractOp : Plan_Op<"contract"> {
  let summary = "A matrix product by the device's library";
  let description = [{
    out = activation(lhs x rhs + bias). Each operand is its buffer seen through
    dims and strides (elements).
  }];
  let arguments = (ins Plan_Memory:$lhs, Plan_Memory:$rhs, Plan_Memory:$out,
                       Optional<Plan_Memory>:$bias,
                       DenseI64ArrayAttr:$lhs_dims,
                       DenseI64ArrayAttr:$lhs_strides,
                       DenseI64ArrayAttr:$rhs_dims,
                       DenseI64ArrayAttr:$rhs_strides,
                       DenseI64ArrayAttr:$out_dims,
                       DenseI64ArrayAttr:$out_strides,
                       Sft_Activation:$activation);
  let assemblyFormat = [{
    $lhs $lhs_dims `strides` $lhs_strides `,` $rhs $rhs_dims `strides`
    $rhs_strides (`,` `bias` $bias^)? $activation `->` $out $out_dims `strides`
    $out_strides attr-dict `:` type($lhs) `,` type($rhs) (`,` type($bias)^)?
    `->` type($out)
  }];
}

def Plan_CollectiveOp : Plan_Op<"collective"> {
  let summary = "Communication of a group of ranks";
  let description = [{
    `tag` is one number on all ranks, and of no other collective: where it
    differs, ranks disagree about the order. On stream 1 it runs beside what
    stands on stream 0, of which it knows by events alone. Of a permute, `from`
    names the member from which each member receives.
  }];
  let arguments = (ins Plan_CollectiveKind:$kind, Sft_ReduceKind:$reduce,
                       Plan_Memory:$in, Plan_Memory:$out,
                       DenseI64ArrayAttr:$axes, I64Attr:$root, StrAttr:$why,
                       DefaultValuedAttr<I64Attr, "0">:$tag,
                       DefaultValuedAttr<I64Attr, "0">:$stream,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{}">:$from);
  let assemblyFormat = [{
    $kind $reduce $in `->` $out (`from` $from^)? `axes` $axes `root` $root
    `why` $why (`tag` $tag^)? (`stream` $stream^)? attr-dict `:` type($in) `->` type($out)
  }];
}

class Plan_PointToPoint<string mnemonic> : Plan_Op<mnemonic> {
  let arguments = (ins Plan_Memory:$buffer, DenseI64ArrayAttr:$axes,
                       I64Attr:$peer, I64Attr:$tag);
  let assemblyFormat = [{
    $buffer `axes` $axes `peer` $peer `tag` $tag attr-dict `:` type($buffer)
  }];
}
def Plan_SendOp : Plan_PointToPoint<"send"> {
  let summary = "Sends a buffer to a member of the group over `axes`";
}
def Plan_RecvOp : Plan_PointToPoint<"recv"> {
  let summary = "Receives a buffer from a member of the group over `axes`";
}

def Plan_CopyOp : Plan_Op<"copy"> {
  let summary = "Copies one buffer to another of its size";
  let arguments = (ins Plan_Memory:$from, Plan_Memory:$to);
  let assemblyFormat = "$from `->` $to attr-dict `:` type($from) `->` type($to)";
}
def Plan_FillOp : Plan_Op<"fill"> {
  let summary = "Repeats a bit pattern, as wide as an element";
  let arguments = (ins Plan_Memory:$buffer, I64Attr:$pattern);
  let assemblyFormat = "$buffer `,` $pattern attr-dict `:` type($buffer)";
}
def Plan_LoadBatchOp : Plan_Op<"load_batch"> {
  let summary = "Fills the buffers of an input with the current rows";
  let arguments = (ins StrAttr:$input);
  let assemblyFormat = "$input attr-dict";
}
def Plan_RecordOp : Plan_Op<"record"> {
  let summary = "Records an event on the instruction's stream";
  let arguments = (ins I64Attr:$event,
                       DefaultValuedAttr<I64Attr, "0">:$stream);
  let assemblyFormat = "$event (`stream` $stream^)? attr-dict";
}
def Plan_WaitOp : Plan_Op<"wait"> {
  let summary = "Makes the instruction's stream wait for an event";
  let arguments = (ins I64Attr:$event,
                       DefaultValuedAttr<I64Attr, "0">:$stream);
  let assemblyFormat = "$event (`stream` $stream^)? attr-dict";
}
def Plan_CallOp : Plan_Op<"call"> {
  let summary = "Runs a function for a microbatch";
  let arguments = (ins FlatSymbolRefAttr:$function, I64Attr:$microbatch);
  let assemblyFormat = "$function `microbatch` $microbatch attr-dict";
}

def Plan_OutputOp : Plan_Op<"output"> {
  let summary = "Hands a buffer to the runtime under a name";
  let arguments = (ins Plan_OutputKind:$kind, StrAttr:$name,
                       Plan_Memory:$buffer);
  let assemblyFormat = "$kind $name `,` $buffer attr-dict `:` type($buffer)";
}

#endif // SFT_PLAN_TD
