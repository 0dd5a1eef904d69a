-- No target is lost on the way to the mart, wherever its year lies, once there is a period to show it in: it
-- stands with its unit or, marked, with the unit that took over.
with targets as (
    select distinct
        org_unit_code,
        indicator_code,
        target_set,
        target_year
    from {{ ref('fct_target') }}
),

progress as (
    select distinct
        coalesce(inherited_from_code, org_unit_code) as org_unit_code,
        indicator_code,
        target_set,
        target_year
    from {{ ref('mart_target_progress') }}
)

select
    targets.org_unit_code,
    targets.indicator_code,
    targets.target_set,
    targets.target_year
from targets
left join progress
    on
        targets.org_unit_code = progress.org_unit_code
        and targets.indicator_code = progress.indicator_code
        and targets.target_set = progress.target_set
        and targets.target_year = progress.target_year
where
    progress.org_unit_code is null
    and exists (select 1 from {{ ref('int_periods_reported') }})
