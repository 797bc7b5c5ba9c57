#include <gradus/autograd/kernels/map.hpp>

namespace gradus::kernels::detail {

template void map_walk<float, float>(const Walk<2>&, std::int64_t, DenseLoop<float, float>, float*,
                                     const float*);
template void map_walk<float, float, float>(const Walk<3>&, std::int64_t, DenseLoop<float, float, float>,
                                            float*, const float*, const float*);
template void map_walk<float, float, float, float>(const Walk<4>&, std::int64_t,
                                                   DenseLoop<float, float, float, float>, float*,
                                                   const float*, const float*, const float*);
template void map_walk<double, double>(const Walk<2>&, std::int64_t, DenseLoop<double, double>, double*,
                                       const double*);
template void map_walk<double, double, double>(const Walk<3>&, std::int64_t,
                                               DenseLoop<double, double, double>, double*, const double*,
                                               const double*);
template void map_walk<double, double, double, double>(const Walk<4>&, std::int64_t,
                                                       DenseLoop<double, double, double, double>, double*,
                                                       const double*, const double*, const double*);

}  // namespace gradus::kernels::detail
