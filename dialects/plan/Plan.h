//===- Plan.h - The plan dialect --------------------------------*- C++ -*-===//
#pragma once

#include "dialects/sft/Sft.h"

#include "dialects/plan/Enums.h.inc"

#include "dialects/plan/Dialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/plan/Plan.h.inc"
