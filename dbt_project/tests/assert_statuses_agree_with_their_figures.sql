-- "Met" and "not met" need both figures; a qualitative target and an absent one have no percentage.
select *
from {{ ref('mart_target_progress') }}
where
    (status in ('met', 'not_met') and (actual_value is null or target_value is null or operator is null))
    or (status in ('qualitative', 'no_target', 'no_data') and pct_of_target is not null)
    or (status = 'no_target' and (target_set <> 'none' or target_value is not null or is_qualitative))
    or status_vi is null
