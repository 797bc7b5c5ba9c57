#include <gradus/nn/summary.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <typeindex>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/print.hpp>

namespace gradus::nn {

namespace {

/// A layer is known by its address and type: the first member of a struct has the address of the struct.
using Identity = std::pair<const void*, std::type_index>;

/// One row per layer, without calls yet, and the totals of the tensors.
Summary table_of(const std::vector<Part>& parts, std::map<Identity, std::size_t>& row_of) {
  Summary summary;
  std::vector<const TensorImpl*> seen;
  std::vector<std::size_t> owners(parts.size());  // the row of the innermost layer around each part
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Part& part = parts[i];
    if (part.kind == Part::Kind::module) {
      if (!part.type->is_container) {
        row_of.emplace(Identity{part.object, part.type->id}, summary.rows.size());
        for (std::size_t j = i + 1; j < part.end; ++j) owners[j] = summary.rows.size();
        summary.rows.push_back({.path = part.path, .type = type_name(part.type->id)});
      }
    } else if (part.kind != Part::Kind::training) {
      const Tensor& tensor = part.tensor();
      if (std::find(seen.begin(), seen.end(), tensor.impl()) != seen.end()) continue;
      seen.push_back(tensor.impl());
      if (part.kind == Part::Kind::buffer) {
        summary.buffers += tensor.numel();
      } else {
        summary.parameters += tensor.numel();
        if (tensor.requires_grad()) summary.trainable += tensor.numel();
        if (!summary.rows.empty()) summary.rows[owners[i]].parameters += tensor.numel();
      }
    }
  }
  return summary;
}

/// 12345678 as "12,345,678".
std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3)
    text.insert(static_cast<std::size_t>(i), ",");
  return text;
}

/// Indented by depth, with the last part of the path: "    conv1: Conv2d".
std::string label_of(const Summary::Row& row) {
  if (row.path.empty()) return row.type;
  const auto depth = static_cast<std::size_t>(std::count(row.path.begin(), row.path.end(), '.')) + 1;
  const std::string calls = row.calls > 1 ? fmt::format(" (called {} times)", row.calls) : "";
  return fmt::format("{}{}: {}{}", std::string(2 * depth, ' '), row.path.substr(row.path.rfind('.') + 1),
                     row.type, calls);
}

}  // namespace

Tensor detail::summary_input(const std::vector<Part>& parts, const Shape& shape,
                             const SummaryOptions& options) {
  DType dtype = float32;
  for (const Part& part : parts) {
    if (part.kind != Part::Kind::parameter) continue;
    dtype = part.tensor().dtype();
    break;
  }
  return zeros(shape, {.dtype = options.dtype.value_or(dtype)});
}

Summary detail::summarise(const std::vector<Part>& parts, const std::function<Tensor()>& run) {
  std::map<Identity, std::size_t> row_of;
  Summary summary = table_of(parts, row_of);
  const auto note = [&](const Call& call) {
    summary.flops += call.flops;
    const auto row = row_of.find(Identity{call.layer, call.type});
    if (row == row_of.end()) return;  // a copy made within the model
    summary.rows[row->second].output = call.output.shape();
    summary.rows[row->second].calls += 1;
    summary.rows[row->second].flops += call.flops;
  };

  const NoGrad guard;
  const RandomStateKept kept;
  const Observer observer(note);
  const Tensor output = run();
  if (!summary.rows.empty() && summary.rows[0].calls == 0) {
    summary.rows[0].output = output.shape();
    summary.rows[0].calls = 1;
  }
  return summary;
}

std::string Summary::text() const {
  std::vector<std::array<std::string, 4>> lines{{"Layer", "Output", "Parameters", "FLOPs"}};
  for (const Row& row : rows)
    lines.push_back({label_of(row), row.calls > 0 ? to_string(row.output) : "",
                     row.parameters > 0 ? grouped(row.parameters) : "",
                     row.flops > 0 ? grouped(row.flops) : ""});
  lines.push_back({"Total", "", grouped(parameters), grouped(flops)});

  std::array<std::size_t, 4> width{};
  for (const auto& line : lines)
    for (std::size_t i = 0; i < 4; ++i) width[i] = std::max(width[i], line[i].size());
  std::string out;
  const std::string rule = std::string(width[0] + width[1] + width[2] + width[3] + 6, '-') + "\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 1 || i + 1 == lines.size()) out += rule;
    out += fmt::format("{:<{}}  {:<{}}  {:>{}}  {:>{}}\n", lines[i][0], width[0], lines[i][1], width[1],
                       lines[i][2], width[2], lines[i][3], width[3]);
  }
  out += fmt::format("{} trainable parameters, {} frozen, {} elements in buffers\n", grouped(trainable),
                     grouped(parameters - trainable), grouped(buffers));
  return out;
}

std::ostream& operator<<(std::ostream& out, const Summary& summary) { return out << summary.text(); }

}  // namespace gradus::nn

fmt::appender fmt::formatter<gradus::nn::Summary>::format(const gradus::nn::Summary& summary,
                                                          fmt::format_context& context) const {
  return fmt::format_to(context.out(), "{}", summary.text());
}
