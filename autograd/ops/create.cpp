#include <gradus/autograd/ops/create.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/ops/fill.hpp>

namespace gradus {

namespace {

Tensor filled(const Tensor& x, double value) {
  fill_values(x, value);
  return x;
}

Tensor finish(Tensor x, const TensorOptions& options) {
  if (options.requires_grad) x.requires_grad_();
  return x;
}

/// out[i] = value(i) for i < n, where i is given as a double.
template <class T, class F>
void generate(std::int64_t n, T* out, F value) {
  kernels::parallel_for(n, kernels::chunk_for(2), [&](std::int64_t begin, std::int64_t end) {
    kernels::vectorized_for<T>([=, first = static_cast<double>(begin), to = out + begin] {
      // Numbers of 32 bits are what compilers turn into floating ones.
      for (std::int32_t i = 0; i < static_cast<std::int32_t>(end - begin); ++i) to[i] = value(first + i);
    });
  });
}

/// Elements `value(i)` of a 1-d tensor.
template <class F>
Tensor generate(std::int64_t n, const TensorOptions& options, F value) {
  Tensor x = empty({n}, options.dtype);
  dispatch(options.dtype, [&]<class T>() {
    generate(n, x.mutable_data<T>(), [=](double i) { return exactly<T>(value(i)); });
  });
  return finish(x, options);
}

}  // namespace

Tensor empty(const Shape& shape, const TensorOptions& options) {
  return finish(empty(shape, options.dtype), options);
}
Tensor full(const Shape& shape, double value, const TensorOptions& options) {
  return finish(filled(empty(shape, options.dtype), value), options);
}
Tensor zeros(const Shape& shape, const TensorOptions& options) { return full(shape, 0, options); }
Tensor ones(const Shape& shape, const TensorOptions& options) { return full(shape, 1, options); }
Tensor full_like(const Tensor& x, double value) { return filled(empty_like(x), value); }
Tensor zeros_like(const Tensor& x) { return full_like(x, 0); }
Tensor ones_like(const Tensor& x) { return full_like(x, 1); }

Tensor arange(double start, double stop, double step, const TensorOptions& options) {
  require(step != 0 && std::isfinite(start) && std::isfinite(stop) && std::isfinite(step) &&
              (stop - start) * step >= 0,
          "arange: a step of {} does not lead from {} to {}", step, start, stop);
  const double count = std::ceil((stop - start) / step);
  require<ShapeError>(count < 0x1p63, "arange: {} elements are more than an int64 can count", count);
  const auto n = static_cast<std::int64_t>(count);
  constexpr double exact = 0x1p53;  // up to which doubles count
  if (options.dtype != int64 || start != std::floor(start) || step != std::floor(step) ||
      std::abs(start) + std::abs(step) * count >= exact)
    return generate(n, options, [=](double i) { return start + i * step; });
  Tensor x = empty({n}, int64);
  const auto first = static_cast<std::int64_t>(start), ahead = static_cast<std::int64_t>(step);
  std::int64_t* out = x.mutable_data<std::int64_t>();
  kernels::parallel_for(n, kernels::chunk_for(1), [&](std::int64_t begin, std::int64_t end) {
    kernels::vectorized([=] {
      std::int64_t value = first + begin * ahead;
      for (std::int64_t i = begin; i < end; ++i, value += ahead) out[i] = value;
    });
  });
  return finish(x, options);
}

Tensor arange(std::int64_t stop, const TensorOptions& options) {
  return arange(0, static_cast<double>(stop), 1, options);
}

Tensor linspace(double start, double stop, std::int64_t count, const TensorOptions& options) {
  require(count >= 0, "linspace: a count of {} was given; it must not be negative", count);
  const double last = static_cast<double>(std::max<std::int64_t>(count - 1, 1));
  const double step = stop / last - start / last;
  return generate(count, options, [=](double i) {
    return i < last / 2 ? start + i * step : stop - (last - i) * step;  // exact at both ends
  });
}

Tensor eye(std::int64_t n, std::int64_t m, const TensorOptions& options) {
  Tensor x = empty({n, m < 0 ? n : m}, options.dtype);
  dispatch(options.dtype, [&]<class T>() {
    const std::int64_t columns = x.size(1);
    kernels::parallel_for(n, kernels::chunk_for(columns),
                          [=, out = x.mutable_data<T>()](std::int64_t begin, std::int64_t end) {
                            std::fill(out + begin * columns, out + end * columns, T(0));
                            for (std::int64_t i = begin; i < std::min(end, columns); ++i)
                              out[i * (columns + 1)] = T(1);
                          });
  });
  return finish(x, options);
}

template <Element T>
Tensor from_span(std::span<const T> values, const Shape& shape) {
  Tensor x = empty(shape, dtype_of<T>);
  require<ShapeError>(static_cast<std::size_t>(x.numel()) == values.size(),
                      "from_span: {} values do not fill shape {}", values.size(), shape);
  if (!values.empty()) std::memcpy(x.mutable_data<T>(), values.data(), values.size_bytes());
  return x;
}

template <Element T>
Tensor borrow(std::span<T> memory, const Shape& shape, std::shared_ptr<const void> owner) {
  return borrow(memory, shape, contiguous_strides(shape), std::move(owner));
}

template <Element T>
Tensor borrow(std::span<T> memory, const Shape& shape, const Strides& strides,
              std::shared_ptr<const void> owner) {
  require<ShapeError>(strides.size() == shape.size(), "borrow: shape {} and strides {} differ in length",
                      shape, strides);
  std::int64_t last = numel(shape) == 0 ? -1 : 0;
  if (last == 0)
    for (std::size_t d = 0; d < shape.size(); ++d) {
      require<ShapeError>(strides[d] >= 0, "borrow: strides {} must not be negative", strides);
      std::int64_t step = 0;
      require<ShapeError>(!__builtin_mul_overflow(shape[d] - 1, strides[d], &step) &&
                              !__builtin_add_overflow(last, step, &last),
                          "borrow: shape {} with strides {} reaches beyond any memory", shape, strides);
    }
  require<ShapeError>(last < static_cast<std::int64_t>(memory.size()),
                      "borrow: shape {} with strides {} reaches element {}, but the memory holds {}", shape,
                      strides, last, memory.size());
  Ref<Storage> storage(new Storage(memory.data(), memory.size_bytes(), std::move(owner)));
  return Tensor(Ref<TensorImpl>(new TensorImpl(std::move(storage), 0, shape, strides, dtype_of<T>)));
}

namespace {

void read_shape(const Nested& values, Shape& shape) {
  if (values.is_number()) return;
  shape.push_back(static_cast<std::int64_t>(values.parts().size()));
  if (!values.parts().empty()) read_shape(values.parts()[0], shape);
}

template <class T>
void read_values(const Nested& values, const Shape& shape, std::size_t depth, T*& out) {
  if (values.is_number()) {
    require<ShapeError>(depth == shape.size(), "tensor: a number stands where a row was expected");
    *out++ = exactly<T>(values.number());
    return;
  }
  require<ShapeError>(
      depth < shape.size() && static_cast<std::int64_t>(values.parts().size()) == shape[depth],
      "tensor: rows at depth {} differ in length: one has {}, the first has {}", depth, values.parts().size(),
      depth < shape.size() ? shape[depth] : 0);
  for (const Nested& part : values.parts()) read_values(part, shape, depth + 1, out);
}

}  // namespace

Tensor tensor(const Nested& values, const TensorOptions& options) {
  Shape shape;
  read_shape(values, shape);
  Tensor x = empty(shape, options.dtype);
  dispatch(options.dtype, [&]<class T>() {
    T* out = x.mutable_data<T>();
    read_values(values, shape, 0, out);
  });
  return finish(x, options);
}

Tensor tensor(std::initializer_list<Nested> values, const TensorOptions& options) {
  return tensor(Nested(values), options);
}

template Tensor from_span(std::span<const float>, const Shape&);
template Tensor from_span(std::span<const double>, const Shape&);
template Tensor from_span(std::span<const std::int64_t>, const Shape&);
template Tensor from_span(std::span<const std::uint8_t>, const Shape&);
template Tensor from_span(std::span<const bool>, const Shape&);
template Tensor borrow(std::span<float>, const Shape&, std::shared_ptr<const void>);
template Tensor borrow(std::span<double>, const Shape&, std::shared_ptr<const void>);
template Tensor borrow(std::span<std::int64_t>, const Shape&, std::shared_ptr<const void>);
template Tensor borrow(std::span<std::uint8_t>, const Shape&, std::shared_ptr<const void>);
template Tensor borrow(std::span<bool>, const Shape&, std::shared_ptr<const void>);
template Tensor borrow(std::span<float>, const Shape&, const Strides&, std::shared_ptr<const void>);
template Tensor borrow(std::span<double>, const Shape&, const Strides&, std::shared_ptr<const void>);
template Tensor borrow(std::span<std::int64_t>, const Shape&, const Strides&, std::shared_ptr<const void>);
template Tensor borrow(std::span<std::uint8_t>, const Shape&, const Strides&, std::shared_ptr<const void>);
template Tensor borrow(std::span<bool>, const Shape&, const Strides&, std::shared_ptr<const void>);

}  // namespace gradus
