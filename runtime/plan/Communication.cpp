#include "runtime/plan/Communication.h"

#include "runtime/comm/Communicator.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/Verify.h"

#include <cinttypes>
#include <map>
#include <tuple>

namespace sft::rt::verify {
namespace {

std::optional<Message> messageOf(const fb::Program &program, const Site &site) {
  auto make = [&](uint32_t buffer, uint32_t group, uint32_t peer,
                  uint32_t tag) {
    const fb::Buffer &data = *program.buffers()->Get(buffer);
    return Message{site,          site.instruction->op_type(),
                   group,         peer,
                   tag,           data.type(),
                   elements(data)};
  };
  if (const fb::Send *send = site.instruction->op_as_Send()) {
    return make(send->buffer(), send->group(), send->peer(), send->tag());
  }
  if (const fb::Recv *recv = site.instruction->op_as_Recv()) {
    return make(recv->buffer(), recv->group(), recv->peer(), recv->tag());
  }
  if (const fb::Collective *all = site.instruction->op_as_Collective()) {
    Message message = make(all->in(), all->group(), all->root(), all->tag());
    message.kind = all->kind();
    message.reduce = all->reduce();
    message.from = sendersOf(*all);
    return message;
  }
  return std::nullopt;
}

/// What the other side can tell a message by.
auto identity(const Message &message) {
  uint32_t location =
      message.isCollective() ? message.site.instruction->location() : 0;
  return std::tuple(message.group, message.peer, message.tag, message.type,
                    message.elements, message.kind, message.reduce,
                    message.site.microbatch, message.operation, location,
                    message.from);
}

/// Remembers messages; finds a second one that looks the same.
class Identities {
public:
  /// The earlier message, or null.
  const Message *clash(const Message &message) {
    const auto &[found, isNew] = seen.try_emplace(identity(message), message);
    bool same = isNew || found->second.site.instruction ==
                             message.site.instruction; // a repeated call
    return same ? nullptr : &found->second;
  }

private:
  std::map<decltype(identity(std::declval<Message>())), Message> seen;
};

} // namespace

bool Message::fits(const Message &other) const {
  if (tag != other.tag || type != other.type || elements != other.elements ||
      site.microbatch != other.site.microbatch) {
    return false;
  }
  // A collective comes from one op of the model; an edge from two.
  return !isCollective() || identity(*this) == identity(other);
}

std::string Message::text() const {
  std::string text =
      format("%s of %" PRIu64 " %s, tag %u, microbatch %u, group %u",
             mnemonic(*site.instruction).c_str(), elements,
             name(DataType(type)), tag, site.microbatch, group);
  for (size_t i = 0; i < from.size(); ++i) {
    text += format(i == 0 ? ", from %u" : " %u", from[i]);
  }
  return isCollective() ? text + format(", %s, root %u",
                                        fb::EnumNameReduceKind(reduce), peer)
                        : text;
}

Expected<std::vector<Message>> messagesOf(const fb::Plan &plan,
                                          const fb::Program &program,
                                          fb::EntryKind entry,
                                          const std::vector<bool> &wanted) {
  std::vector<Message> messages;
  std::optional<uint32_t> function = entryFunction(program, entry);
  if (!function) {
    return messages;
  }
  Identities identities;
  SFT_RETURN_IF_ERROR(walk(program, *function, [&](const Site &site) {
    std::optional<Message> message = messageOf(program, site);
    if (!message || !wanted[message->group]) {
      return Status();
    }
    if (const Message *twin = identities.clash(*message)) {
      return malformed(
          Unmatched,
          "two messages look the same to the other side, so that a swap "
          "would go unnoticed: give them different tags: " +
              siteText(plan, program, twin->site.function, twin->site.index) +
              "; " + siteText(plan, program, site.function, site.index));
    }
    messages.push_back(*message);
    return Status();
  }));
  return messages;
}

std::set<uint32_t> groupsOfPeers(const fb::Plan &plan) {
  std::set<uint32_t> groups;
  for (const fb::Program *program : *plan.programs()) {
    for (const fb::Function *function : *program->functions()) {
      for (const fb::Instruction *instruction : *function->instructions()) {
        if (const fb::Send *send = instruction->op_as_Send()) {
          groups.insert(send->group());
        } else if (const fb::Recv *recv = instruction->op_as_Recv()) {
          groups.insert(recv->group());
        }
      }
    }
  }
  return groups;
}

} // namespace sft::rt::verify
