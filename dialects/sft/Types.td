//===- Types.td - Types of the sft dialect ------------------*- tablegen -*-===//
#ifndef SFT_TYPES_TD
#define SFT_TYPES_TD

include "dialects/sft/Dialect.td"
include "mlir/IR/AttrTypeBase.td"

def Sft_CsrType : TypeDef<Sft_Dialect, "Csr"> {
  let mnemonic = "csr";
  let summary = "A batch of sparse rows in compressed sparse row form";
  let description = [{
    `!sft.csr<32x10000xf32, capacity = 1600>`: 32 rows over 10000 columns with at
    most 1600 stored values altogether; how many there are is known at run time.
    It stands for three buffers: row offsets (i32), column indices (i32,
    ascending within a row) and values.

    `blocks` > 1 is what an all_gather of sharded rows leaves: the rows stand in
    that many equal blocks, each with offsets of its own (rows/blocks + 1) and
    capacity/blocks entries.
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$columns,
                        "::mlir::Type":$elementType, "int64_t":$capacity,
                        DefaultValuedParameter<"int64_t", "1">:$blocks);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    ::llvm::SmallVector<int64_t> getShape() const {
      return {getRows(), getColumns()};
    }
    /// The same type over other rows (a shard), with its share of capacity,
    /// rounded down: shards never hold more than the whole.
    CsrType withRows(int64_t rows) const;
    /// Types of the three buffers.
    ::llvm::SmallVector<::mlir::RankedTensorType> getComponentTypes() const;
  }];
}

#endif // SFT_TYPES_TD
