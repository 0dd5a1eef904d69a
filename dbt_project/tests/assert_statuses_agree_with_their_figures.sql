-- What is judged has both figures; what is not has neither percentage nor gap nor pace. A projection lies in
-- its interval, and nothing is reckoned for an inherited target.
select *
from {{ ref('mart_target_progress') }}
where
    (
        status in ('met', 'on_track', 'behind')
        and (actual_value is null or target_value is null or operator is null or gap_value is null)
    )
    or (
        status in ('qualitative', 'no_target', 'no_data')
        and (pct_of_target is not null or gap_value is not null or required_per_period is not null)
    )
    or (status = 'met' and not {{ target_is_met('operator', 'actual_value', 'target_value') }})
    or (status = 'on_track' and periods_left = 0)
    or (status = 'no_target' and (target_set <> 'none' or target_value is not null or is_qualitative))
    or (
        inherited_from_code is not null
        and (
            status not in ('qualitative', 'no_data')
            or actual_value is not null
            or projected_value is not null
        )
    )
    or (
        projection_method is not null
        and not coalesce(projected_low <= projected_value and projected_value <= projected_high, false)
    )
    or (projection_method is null and (projected_low is not null or projected_high is not null))
