/* y = f(a, b), and the gradients d = dy ∂f/∂a and dy ∂f/∂b that are not functions of this family themselves; each
 * group on a span of elements. BinaryOp in dev.weft.backend gives the formulas.
 *
 *   NAME          dense operands, n elements
 *   NAME_strided  any strides: n elements in row-major order of the extents; a stride of 0 repeats an operand
 *
 * y may be the same view as a or b. Tuning: GROUP, SPAN. */

#define BINARY(NAME, T, RESULT)                                                                \
    KERNEL(GROUP) NAME(long64 n, DENSE(const T, a_), DENSE(const T, b_), DENSE(T, y_)) {       \
        EACH_OF_SPAN(i, n) {                                                                   \
            T a = AT_DENSE(a_);                                                                \
            T b = AT_DENSE(b_);                                                                \
            AT_DENSE(y_) = RESULT;                                                             \
        }                                                                                      \
    }                                                                                          \
    KERNEL(GROUP) NAME##_strided(EXTENTS, VIEW(const T, a_), VIEW(const T, b_), VIEW(T, y_)) { \
        EACH_INDEX(n) {                                                                        \
            T a = AT(a_);                                                                      \
            T b = AT(b_);                                                                      \
            AT(y_) = RESULT;                                                                   \
        }                                                                                      \
    }

#define BINARY_GRAD(NAME, RESULT)                                                                               \
    KERNEL(GROUP) NAME(long64 n, DENSE(const float, a_), DENSE(const float, b_), DENSE(const float, dy_),       \
                       DENSE(float, d_)) {                                                                      \
        EACH_OF_SPAN(i, n) {                                                                                    \
            float a = AT_DENSE(a_);                                                                             \
            float b = AT_DENSE(b_);                                                                             \
            float dy = AT_DENSE(dy_);                                                                           \
            AT_DENSE(d_) = RESULT;                                                                              \
        }                                                                                                       \
    }                                                                                                           \
    KERNEL(GROUP) NAME##_strided(EXTENTS, VIEW(const float, a_), VIEW(const float, b_), VIEW(const float, dy_), \
                                 VIEW(float, d_)) {                                                             \
        EACH_INDEX(n) {                                                                                         \
            float a = AT(a_);                                                                                   \
            float b = AT(b_);                                                                                   \
            float dy = AT(dy_);                                                                                 \
            AT(d_) = RESULT;                                                                                    \
        }                                                                                                       \
    }

/* I32 wraps; in C that needs unsigned arithmetic. */
#define WRAP(a, op, b) ((int)((uint32)(a)op(uint32)(b)))

/* Truncated, 0 where b is 0; the one quotient that overflows wraps. */
DEVICE int quotient(int a, int b) {
    if (b == 0) {
        return 0;
    }
    return b == -1 ? (int)(0u - (uint32)a) : a / b;
}

BINARY(add, float, a + b)
BINARY(sub, float, a - b)
BINARY(mul, float, a* b)
BINARY(div_value, float, a / b)
BINARY(pow_value, float, pow(a, b))
BINARY(min_value, float, smaller(a, b))
BINARY(max_value, float, larger(a, b))
BINARY(equal, float, a == b ? 1.0f : 0.0f)

BINARY(add_i32, int, WRAP(a, +, b))
BINARY(sub_i32, int, WRAP(a, -, b))
BINARY(mul_i32, int, WRAP(a, *, b))
BINARY(div_i32, int, quotient(a, b))
BINARY(min_i32, int, a < b ? a : b)
BINARY(max_i32, int, a > b ? a : b)
BINARY(equal_i32, int, a == b ? 1 : 0)

/* b a^(b-1), 0 where b is 0. Rounded, b - 1 may be whole where b is not, or even where it is odd: so the power of |a|,
 * and its sign by b. And a^-1 overflows for a denormal a, where b times it may not. */
DEVICE float pow_by_base(float a, float b) {
    float size = fabs(a);
    int tiny = size > 0.0f && size < 1.17549435e-38f && fabs(b) < 0.5f;
    float slope = tiny ? b * pow(size, b) / size : b * pow(size, b - 1.0f);
    if (AS_INT(a) < 0 && fabs(b) < INFINITY) {
        int even = 2.0f * floor(0.5f * b) == b;
        slope = even ? -slope : (a < 0.0f && floor(b) != b ? NAN : slope);
    }
    return b == 0.0f ? 0.0f : slope;
}

/* |a|^b ln a, 0 where a is 0 and b is not negative; by the power's root, as the power alone may overflow. */
DEVICE float pow_by_exponent(float a, float b) {
    float half_b = 0.5f * b;
    float root = pow(fabs(a), half_b == 0.0f ? b : half_b); /* the least denormal has no half */
    return a == 0.0f && b >= 0.0f ? 0.0f : root * natural_log(a) * root;
}

BINARY_GRAD(div_grad_b, dy*(-(a / b) / b))
BINARY_GRAD(pow_grad_a, dy* pow_by_base(a, b))
BINARY_GRAD(pow_grad_b, dy* pow_by_exponent(a, b))

/* Of the smaller by a and the larger by b, and of the larger by a and the smaller by b; dy with NaN. */
BINARY_GRAD(unless_greater_grad, dy*(a == b ? 0.5f : (a > b ? 0.0f : 1.0f)))
BINARY_GRAD(unless_less_grad, dy*(a == b ? 0.5f : (a < b ? 0.0f : 1.0f)))
