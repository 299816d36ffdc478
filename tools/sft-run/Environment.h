//===- Environment.h - Variables that SFT reads -----------------*- C++ -*-===//
#pragma once

/// Warns on standard error of SFT_* variables that nothing reads.
void warnAboutEnvironment();
