// What to check of the layer: a name, and a factory of layer and inputs that draws what may vary.
#include <gradus/nn/gradcheck/case.hpp>

#ifndef MEAN_OVER_TIME
#define MEAN_OVER_TIME "mean_over_time.hpp"
#endif
#include MEAN_OVER_TIME

const GradcheckCases cases{{
    {"MeanOverTime",
     [](Draw& draw) {
       const std::int64_t channels = draw.size();
       draw.input("x", {draw.size(), draw.size(), channels});
       return trial(draw, fmt::format("MeanOverTime{{{}}}", channels), MeanOverTime{channels});
     }},
}};
