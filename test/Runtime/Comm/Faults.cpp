// One rank of an MPI job in which something goes wrong; faults.sh looks at
// what becomes of the job.
//
//   mpirun -n 3 sft-test-comm-faults MODE TOKEN
//
// TOKEN only marks the processes, so that the script can find survivors.
#include "runtime/comm/Errors.h"
#include "runtime/comm/Mpi.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <thread>
#include <unistd.h>

using namespace sft::rt;

namespace {

[[noreturn]] void hang() {
  for (;;) {
    pause();
  }
}

/// What rank 1 does instead of its third all_reduce.
Status misbehave(const std::string &mode, Communicator &group) {
  float value = 1;
  if (mode == "hang" || mode == "permute" || mode == "launcher") {
    hang();
  } else if (mode == "stop") {
    raise(SIGSTOP);
  } else if (mode == "kill") {
    raise(SIGKILL);
  } else if (mode == "exit") {
    exit(0);
  } else if (mode == "quit") {
    _exit(0);
  } else if (mode == "nan") {
    return Status::error(Code::Numeric, 301, "loss is not a number");
  } else if (mode == "mismatch") {
    return group.broadcast(&value, &value, 1, DataType::F32, 0);
  }
  return group.allReduce(&value, &value, 1, DataType::F32, ReduceKind::Sum);
}

/// A permute that all members wait for.
Status shift(Communicator &group) {
  std::vector<uint32_t> from;
  for (int i = 1; i <= group.size(); ++i) {
    from.push_back(uint32_t(i % group.size()));
  }
  float mine = 1, theirs = 0;
  return group.permute(&mine, &theirs, 1, DataType::F32, from);
}

Status train(Transport &transport, const std::string &mode) {
  // Only where nobody else ends the job, the deadline has to.
  bool byDeadline = mode == "hang" || mode == "stop" || mode == "permute";
  transport.setTimeout(std::chrono::seconds(byDeadline ? 1 : 60));
  std::vector<int> all(size_t(transport.size()), 0);
  std::iota(all.begin(), all.end(), 0);
  SFT_ASSIGN_OR_RETURN(auto group, transport.makeGroup(all, "data"));
  float value = 1;
  for (int step = 0; step < 2; ++step) {
    SFT_RETURN_IF_ERROR(
        group->allReduce(&value, &value, 1, DataType::F32, ReduceKind::Sum));
  }
  fprintf(stderr, "ready\n");
  if (mode == "permute" && transport.rank() != 1) {
    return shift(*group);
  }
  return transport.rank() == 1
             ? misbehave(mode, *group)
             : group->allReduce(&value, &value, 1, DataType::F32,
                                ReduceKind::Sum);
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 2) {
    return int(Code::Usage);
  }
  auto transport = makeMpiTransport();
  if (!transport) {
    fprintf(stderr, "%s\n", transport.status().toString().c_str());
    return int(transport.status().code());
  }
  Status status = train(**transport, argv[1]);
  if (!status.ok()) {
    (*transport)->abort(status);
    fprintf(stderr, "rank %d: %s\n", (*transport)->rank(),
            status.toString().c_str());
  }
  (*transport)->progress().finished = status.ok() ? 1 : 2;
  return int(status.code());
}
