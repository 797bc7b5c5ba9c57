#include <gradus/autograd/ops/create.hpp>
#include <gradus/onnx/call.hpp>

#include <algorithm>
#include <limits>

// Views, joins, indices and reductions.
namespace gradus::onnx {

namespace {

void reshape(Call& call) {
  Attributes attributes;
  if (call.result_shape().contains(0)) attributes.push_back({"allowzero", 1});  // else 0 means: as it was
  call.become("Reshape", {call.input(0), call.result_sizes(/*may_infer=*/true)}, attributes);
}

void expand(Call& call) { call.become("Expand", {call.input(0), call.result_sizes(/*may_infer=*/false)}); }
void permute(Call& call) { call.become("Transpose", call.inputs(), {{"perm", call.integers("dims")}}); }

void slice(Call& call) {
  const std::int64_t dim = call.integer("dim");
  if (call.is_dynamic(static_cast<std::size_t>(dim))) {
    const bool is_all =
        call.integer("start") == 0 && call.integer("step") == 1 &&
        call.result_shape()[static_cast<std::size_t>(dim)] == call.shape(0)[static_cast<std::size_t>(dim)];
    if (!is_all) call.stop("takes a part of the batch, whose size is left open");
    return call.become("Identity", call.inputs());
  }
  const std::int64_t start = call.integer("start"), length = call.integer("length"),
                     step = call.integer("step");
  if (const auto place = call.noted_place(0, start); place && dim == 0 && length == 1)
    return call.become("Identity", {*place});
  const std::int64_t stop = length == 0 ? start : start + (length - 1) * step + 1;
  call.become("Slice", {call.input(0), call.constant(Integers{start}), call.constant(Integers{stop}),
                        call.constant(Integers{dim}), call.constant(Integers{step})});
}

void flip(Call& call) {
  const Integers dims = call.integers("dims");
  const Integers last(dims.size(), -1), beyond(dims.size(), std::numeric_limits<std::int64_t>::min());
  call.become("Slice", {call.input(0), call.constant(last), call.constant(beyond), call.constant(dims),
                        call.constant(last)});
}

/// The two dimensions as one, behind the others, of which every so manieth element is taken.
void diagonal(Call& call) {
  const auto dim1 = call.integer("dim1"), dim2 = call.integer("dim2"), offset = call.integer("offset");
  Integers order, sizes;
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(call.shape(0).size()); ++d) {
    const bool is_one = d == dim1 || d == dim2;
    if (is_one && call.input_is_dynamic(0, static_cast<std::size_t>(d)))
      call.stop("of the batch, whose size is left open, has no ONNX form");
    if (is_one) continue;
    order.push_back(d);
    sizes.push_back(0);  // as it was
  }
  if (call.result_shape().contains(0)) call.stop("without elements has no ONNX form");
  order.push_back(dim1);
  order.push_back(dim2);
  const std::int64_t rows = call.shape(0)[static_cast<std::size_t>(dim1)],
                     columns = call.shape(0)[static_cast<std::size_t>(dim2)];
  sizes.push_back(rows * columns);
  Integers places;
  for (std::int64_t i = std::max<std::int64_t>(-offset, 0); i < rows && i + offset < columns; ++i)
    places.push_back(i * columns + i + offset);
  const std::string last = call.add("Transpose", {call.input(0)}, {{"perm", order}});
  const std::string flat = call.add("Reshape", {last, call.constant(sizes)});
  call.become("Gather", {flat, call.constant(places)}, {{"axis", -1}});
}

void cat(Call& call) { call.become("Concat", call.inputs(), {{"axis", call.integer("dim")}}); }

void split(Call& call) {
  const std::int64_t dim = call.integer("dim");
  if (call.is_dynamic(static_cast<std::size_t>(dim))) call.stop("cuts the batch, whose size is left open");
  Integers sizes;
  for (std::size_t i = 0; i < call.output_count(); ++i)
    sizes.push_back(call.result_shape(i)[static_cast<std::size_t>(dim)]);
  call.become_all("Split", {call.input(0), call.constant(sizes)}, {{"axis", dim}});
}

void pad(Call& call) {
  Integers amounts = call.integers("before");
  const Integers after = call.integers("after");
  amounts.insert(amounts.end(), after.begin(), after.end());
  call.become("Pad", {call.input(0), call.constant(amounts), call.scalar(call.number("value"))},
              {{"mode", std::string("constant")}});
}

void index_select(Call& call) { call.become("Gather", call.inputs(), {{"axis", call.integer("dim")}}); }
void gather(Call& call) { call.become("GatherElements", call.inputs(), {{"axis", call.integer("dim")}}); }
void embedding(Call& call) { call.become("Gather", call.inputs(), {{"axis", 0}}); }

/// Sums take their axes as an input since opset 13; the other reductions not before 18.
void sum(Call& call) {
  const Integers dims = call.integers("dims");
  if (dims.empty()) return call.become("Identity", call.inputs());
  call.become("ReduceSum", {call.input(0), call.constant(dims)}, {{"keepdims", call.keepdims()}});
}

Translation reduction(std::string_view type) {
  return [type](Call& call) {
    const Integers dims = call.integers("dims");
    if (dims.empty()) return call.become("Identity", call.inputs());
    call.become(type, call.inputs(), {{"axes", dims}, {"keepdims", call.keepdims()}});
  };
}

Translation over_axis(std::string_view type) {
  return [type](Call& call) { call.become(type, call.inputs(), {{"axis", call.integer("dim")}}); };
}

void cumsum(Call& call) {
  call.become("CumSum", {call.input(0), call.constant(Integers{call.integer("dim")})},
              {{"reverse", call.flag("reverse") ? std::int64_t{1} : std::int64_t{0}}});
}

Translation triangle(bool upper) {
  return [upper](Call& call) {
    const Tensor diagonal = from_vector(Integers{call.integer("diagonal")}, Shape{});
    call.become("Trilu", {call.input(0), call.constant(diagonal)}, {{"upper", std::int64_t{upper}}});
  };
}

}  // namespace

Translations shape_translations() {
  return {{"amax", reduction("ReduceMax")},
          {"amin", reduction("ReduceMin")},
          {"cat", cat},
          {"cumsum", cumsum},
          {"diagonal", diagonal},
          {"embedding", embedding},
          {"expand", expand},
          {"flip", flip},
          {"gather", gather},
          {"index_select", index_select},
          {"log_softmax", over_axis("LogSoftmax")},
          {"logsumexp", reduction("ReduceLogSumExp")},
          {"max", reduction("ReduceMax")},
          {"mean", reduction("ReduceMean")},
          {"min", reduction("ReduceMin")},
          {"pad", pad},
          {"permute", permute},
          {"prod", reduction("ReduceProd")},
          {"reshape", reshape},
          {"slice", slice},
          {"softmax", over_axis("Softmax")},
          {"split", split},
          {"sum", sum},
          {"tril", triangle(false)},
          {"triu", triangle(true)}};
}

}  // namespace gradus::onnx
