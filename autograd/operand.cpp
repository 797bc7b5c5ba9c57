#include <gradus/autograd/operand.hpp>

#include <cmath>

namespace gradus {

namespace {

Tensor scalar(double number, DType dtype) {
  Tensor x = empty({}, dtype);
  dispatch(dtype, [&]<class T>() { *x.mutable_data<T>() = exactly<T>(number); });
  return x;
}

}  // namespace

Tensor Operand::as(DType dtype) const { return is_number() ? scalar(number_, dtype) : *tensor_; }

std::pair<Tensor, Tensor> match(const Operand& a, const Operand& b) {
  const DType dtype = !a.is_number() ? a.tensor().dtype() : !b.is_number() ? b.tensor().dtype() : float32;
  if (!a.is_number() && !b.is_number())
    require<DTypeError>(dtype == b.tensor().dtype(),
                        "given {} and {}; dtypes are not mixed silently, use to({})", dtype,
                        b.tensor().dtype(), dtype);
  return {a.as(dtype), b.as(dtype)};
}

}  // namespace gradus
