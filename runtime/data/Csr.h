//===- Csr.h - CSR arrays out of plain ones ---------------------*- C++ -*-===//
#pragma once

#include "runtime/data/Dataset.h"

namespace sft::rt {

/// Replaces each triple x.indptr, x.indices, x.data of `data` by the CSR array
/// "x". Data (65, SFT0215) where a triple is inconsistent.
Status joinCsrTriples(Dataset &data);

} // namespace sft::rt
