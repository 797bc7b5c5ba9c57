#include <gradus/autograd/ops/embedding.hpp>

#include <algorithm>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/indexing.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

struct Embedding {
  static constexpr std::string_view name = "embedding";
  static constexpr Keep keep = keep_inputs(1);
  std::int64_t padding_idx;  // -1 for none
  bool scale_grad_by_freq;

  Tensor forward(const Tensor& weight, const Tensor& indices) const {
    const Tensor list = reshape(indices, {-1});
    const Shape rows{list.size(0), weight.size(1)};
    const Tensor y = indexing::gather(weight, 0, indexing::along(list, 0, rows));
    Shape shape = indices.shape();
    shape.push_back(weight.size(1));
    return y.alias(shape, contiguous_strides(shape), 0);
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Shape& table = d.input_shape(0);
      const Tensor list = reshape(d.input(1), {-1});
      Tensor rows = reshape(d.grad(), {list.size(0), table[1]});
      if (padding_idx >= 0) rows = masked_fill(rows, unsqueeze(list == padding_idx, 1), 0);
      if (scale_grad_by_freq) {
        const Tensor each = ones(list.shape(), {.dtype = rows.dtype()});
        const Tensor counts = indexing::add_rows(table[0], 0, list, each);
        rows = rows / unsqueeze(index_select(counts, 0, list), 1);
      }
      return indexing::add_rows(table, 0, list, rows);
    });
  }
};

}  // namespace

Tensor embedding(const Tensor& weight, const Tensor& indices, const EmbeddingOptions& options,
                 SourceLocation at) {
  const OpScope scope("embedding", at);
  require<ShapeError>(weight.rank() == 2, "the weight is {}; needs [count, size]", weight.shape());
  const std::int64_t count = weight.size(0);
  const auto what = [&] {
    return fmt::format("{} of {}", weight.name().empty() ? "weight" : weight.name(), weight.shape());
  };
  indexing::check(indices, count, what);
  std::int64_t padding = -1;
  if (options.padding_idx) {
    if (*options.padding_idx < -count || *options.padding_idx >= count)
      fail<IndexError>("padding_idx {} is not a row of {}", *options.padding_idx, what());
    padding = *options.padding_idx < 0 ? *options.padding_idx + count : *options.padding_idx;
  }
  return record(Embedding{padding, options.scale_grad_by_freq}, at, weight, indices);
}

Tensor one_hot(const Tensor& indices, std::int64_t classes, SourceLocation at) {
  const OpScope scope("one_hot", at);
  require<DTypeError>(indices.dtype() == int64, "the index is {}; needs int64", indices.dtype());
  const std::vector<std::int64_t> list = indices.to_vector<std::int64_t>();
  require(classes >= -1, "{} classes were given; needs at least 0, or -1 for the largest index + 1", classes);
  if (classes == -1) {
    require(!list.empty(), "there is no index to infer the number of classes from; give it");
    classes = std::max<std::int64_t>(*std::max_element(list.begin(), list.end()) + 1, 0);
  }
  indexing::check(indices, classes, [&] { return fmt::format("{} classes", classes); });
  Shape shape = indices.shape();
  shape.push_back(classes);
  Tensor y = zeros(shape, {.dtype = int64});
  std::int64_t* row = y.mutable_data<std::int64_t>();
  for (const std::int64_t i : list) {
    row[i] = 1;
    row += classes;
  }
  return y;
}

}  // namespace gradus
